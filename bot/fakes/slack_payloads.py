"""What Slack sends to an app, in Slack's own shapes. Deliveries are built here and sent by `FakeSlack`."""

import json
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from bot.fakes.slack_workspace import APP, BOT_USER, TEAM, TEAM_DOMAIN, Channel, Message, User, Workspace

Json = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def typed_text(text: str, workspace: Workspace) -> str:
    """What a person typed as Slack passes it on: `& < >` escaped, mentions of people who exist kept."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def restored(match: re.Match[str]) -> str:
        return f"<@{match[1]}>" if match[1] in workspace.users else match[0]

    return re.sub(r"&lt;@([UW][A-Z0-9]+)&gt;", restored, escaped)


def slash_form(user: User, channel: Channel, command: str, text: str, trigger: str, response_url: str) -> bytes:
    fields = {
        "token": "verification-token",
        "team_id": TEAM,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user.id,
        "user_name": user.handle,
        "command": command,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger,
    }
    return urlencode(fields).encode()


def event_json(event: Json) -> bytes:
    envelope = {
        "token": "verification-token",
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{uuid.uuid4().hex[:12].upper()}",
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{uuid.uuid4().hex}",
    }
    return json.dumps(envelope).encode()


def message_event(kind: str, message: Message, channel: Channel) -> Json:
    event: Json = {
        "client_msg_id": str(uuid.uuid4()),
        "type": kind,
        "text": message.text,
        "user": message.user,
        "ts": message.ts,
        "team": TEAM,
        "blocks": [_rich_text(message.text)],
        "channel": channel.id,
        "event_ts": message.ts,
    }
    if kind == "message":
        event["channel_type"] = "im" if channel.is_direct else "channel"
    if message.thread_ts:
        event["thread_ts"] = message.thread_ts
    return event


def _rich_text(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": uuid.uuid4().hex[:5], "elements": [section]}


def _interaction(kind: str, user: User, trigger: str) -> Json:
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.handle, "name": user.handle, "team_id": TEAM},
        "api_app_id": APP,
        "token": "verification-token",
        "trigger_id": trigger,
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def state_of(message: Message, typed: Mapping[str, str]) -> Json:
    """What stands in the input blocks of a message."""
    values: Json = {}
    for block in message.blocks:
        if block.get("type") == "input":
            element = block["element"]
            text = typed.get(block["block_id"], element.get("initial_value"))
            values[block["block_id"]] = {element["action_id"]: {"type": element["type"], "value": text or None}}
    return values


def action_form(
    user: User, channel: Channel, message: Message, action: Json, values: Json, trigger: str, response_url: str
) -> bytes:
    ephemeral = bool(message.ephemeral_to)
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": ephemeral}
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = _interaction("block_actions", user, trigger) | {
        "container": container,
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": values},
        "response_url": response_url,
        "actions": [action],
    }
    if not ephemeral:
        payload["message"] = message.as_json()
    return urlencode({"payload": json.dumps(payload)}).encode()


def view_action_form(user: User, view: Json, action: Json, trigger: str) -> bytes:
    shown = {key: value for key, value in view.items() if key != "user"}
    payload = _interaction("block_actions", user, trigger) | {
        "container": {"type": "view", "view_id": view["id"]},
        "view": shown,
        "actions": [action],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def action_of(block: Json, element: Json, ts: str, option: Json | None = None) -> Json:
    """One entry of `actions`: what was pressed or chosen, with the keys that Slack repeats from the element."""
    kept = {key: element[key] for key in ("type", "action_id", "text", "value", "style", "url") if key in element}
    action = kept | {"block_id": block["block_id"], "action_ts": ts}
    return action | {"selected_option": option} if option is not None else action


def submission_form(user: User, view: Json, values: Json, trigger: str) -> bytes:
    shown = {key: value for key, value in view.items() if key != "user"} | {"state": {"values": values}}
    payload = _interaction("view_submission", user, trigger) | {"view": shown, "response_urls": []}
    return urlencode({"payload": json.dumps(payload)}).encode()
