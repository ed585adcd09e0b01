"""The Slack app as a manifest to paste."""

from __future__ import annotations

from typing import Any

BOT_SCOPES = ["app_mentions:read", "chat:write", "commands", "im:history", "im:read", "im:write", "users:read"]
EVENTS = ["app_mention", "message.im"]


def manifest(name: str, base_url: str) -> dict[str, Any]:
    """For one workspace; everything arrives at one address."""
    address = f"{base_url}/slack/events"
    return {
        "display_information": {"name": "Offhook", "description": f"{name}: tickets, calls and deals in chat"},
        "features": {
            "app_home": {"messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": "Offhook", "always_online": True},
            "slash_commands": [
                {
                    "command": "/offhook",
                    "url": address,
                    "description": "Ask or tell Offhook something",
                    "usage_hint": "help · next · claim T-42 · pipeline",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": BOT_SCOPES}},
        "settings": {
            "event_subscriptions": {"request_url": address, "bot_events": EVENTS},
            "interactivity": {"is_enabled": True, "request_url": address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
        },
    }
