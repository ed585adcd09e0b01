"""Whose token this is, asked of Slack itself."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient


async def describe(token: str, api_url: str) -> str:
    """Raises SlackApiError for a token that is none."""
    answer = await AsyncWebClient(token=token, base_url=api_url, timeout=10).auth_test()
    return f"speaks as {answer['user']} in {answer['team']}"
