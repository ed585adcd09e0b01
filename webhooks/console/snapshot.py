"""What the playground shows, as plain data: the stand-ins' own state, and nothing from the database."""

from __future__ import annotations

from typing import Any

from bot.fakes.slack_workspace import Message as SlackMessage
from bot.fakes.telegram_chats import Message as TelegramMessage
from telephony.simulator import Call
from webhooks.demo.stand_ins import TELEGRAM_NAME, StandIns

MOST_MESSAGES = 40
MOST_FEED = 60


def snapshot(services: StandIns) -> dict[str, Any]:
    calls = list(services.twilio.calls.values())
    inbound = [call for call in calls if call.is_inbound]
    outbound = [call for call in calls if not call.is_inbound]
    channel = services.slack_channel
    return {
        "phone": _call(inbound[-1]) if inbound else None,
        "agentPhone": _call(outbound[-1]) if outbound else None,
        "slack": {
            name: [_slack(services, message) for message in _visible(services, account, channel)]
            for name, account in services.slack_users.items()
        },
        "telegram": [
            _telegram(message) for message in services.telegram.chat_messages(services.telegram_user)[-MOST_MESSAGES:]
        ],
        "feed": _feed(services),
    }


def _call(call: Call) -> dict[str, Any]:
    return {
        "sid": call.sid,
        "number": call.number,
        "status": call.status,
        "doing": call.doing,
        "prompts": [{"text": prompt.text, "language": prompt.language} for prompt in call.prompts],
    }


def _visible(services: StandIns, account: str, channel: str) -> list[SlackMessage]:
    """The channel and the person's direct messages, in the order in which they came."""
    direct = services.slack.direct_channel(account)
    workspace = services.slack.workspace
    seen = [*workspace.visible_to(account, channel), *workspace.visible_to(account, direct)]
    return sorted(seen, key=lambda message: message.ts)[-MOST_MESSAGES:]


def _slack(services: StandIns, message: SlackMessage) -> dict[str, Any]:
    names = {account: name for name, account in services.slack_users.items()}
    return {
        "id": message.ts,
        "channel": message.channel,
        "from": names.get(message.user, "Offhook"),
        "text": message.text,
        "blocks": message.blocks,
        "edited": message.edited,
        "whisper": bool(message.ephemeral_to),
    }


def _telegram(message: TelegramMessage) -> dict[str, Any]:
    rows = (message.reply_markup or {}).get("inline_keyboard", [])
    return {
        "id": message.message_id,
        "from": "Offhook" if message.from_bot else TELEGRAM_NAME,
        "lines": [_line(line) for line in message.source.splitlines()] if message.from_bot else [[message.text, False]],
        "buttons": [[key["text"] for key in row] for row in rows],
        "edited": message.edited,
    }


def _line(html: str) -> Any:
    """Pieces of a line, bold or not: the only markup that the product writes."""
    pieces: list[list[Any]] = []
    for number, part in enumerate(html.replace("</b>", "<b>").split("<b>")):
        if part:
            text = part.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            pieces.append([text, number % 2 == 1])
    return pieces


def _feed(services: StandIns) -> list[dict[str, Any]]:
    """Every signed webhook, the newest first, with what it took to answer."""
    newest = list(enumerate(services.seen, start=1))[-MOST_FEED:]
    return [
        {"number": number, "who": seen.who, "what": seen.what, "status": seen.status, "ms": round(seen.milliseconds, 1)}
        for number, seen in reversed(newest)
    ]
