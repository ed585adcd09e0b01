"""Slack's refusals, in words that say what to do."""

from __future__ import annotations

ADVICE = {
    "not_in_channel": "invite @Offhook to the channel",
    "channel_not_found": "check the channel under `cards` in offhook.yml, and invite @Offhook to it",
    "is_archived": "the channel was archived",
    "invalid_auth": "SLACK_BOT_TOKEN is wrong",
    "token_revoked": "SLACK_BOT_TOKEN was revoked: install the app again",
    "account_inactive": "SLACK_BOT_TOKEN was revoked: install the app again",
    "missing_scope": "the app lacks a permission: compare `offhook connect slack`",
}


def explained(code: str) -> str:
    advice = ADVICE.get(code)
    return f"{code}: {advice}" if advice else code
