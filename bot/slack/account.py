"""Whose token this is, asked of Slack itself."""

from __future__ import annotations

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.refusal import explained


async def describe(token: str, api_url: str) -> tuple[bool, str]:
    """Whether the token works, and a sentence about it."""
    try:
        answer = await AsyncWebClient(token=token, base_url=api_url, timeout=10).auth_test()
    except SlackApiError as error:
        return False, explained(str(error.response.get("error", error.response.status_code)))
    return True, f"speaks as {answer['user']} in {answer['team']}"
