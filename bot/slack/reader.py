"""Works off what Slack delivered: who says what where, and the answer as an effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.slack import blocks
from bot.slack.text import heard
from crm_core import agents, conversation, outbox
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.inbox import Receipt
from crm_core.outbox import EffectKind
from intents.ask import Ask
from intents.reply import Reply
from intents.router import answer


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance. `response_url` and `is_private` say that only the person themselves sees the answer."""

    user: str
    name: str
    channel: str
    text: str = ""
    token: str | None = None
    thread: str | None = None
    response_url: str | None = None
    is_private: bool = False


class SlackReader:
    async def work_off(self, session: AsyncSession, receipt: Receipt, now: datetime) -> None:
        said = _heard(receipt.payload)
        if said is None:
            return
        actor = await agents.identify(session, "slack", said.user) or _stranger(session, said)
        key = f"slack:{said.channel}:{said.user}"
        ask = Ask("slack", key, said.user, said.text, said.token, is_public=not said.is_private)
        reply = await answer(session, actor, ask, now)
        await _post(session, said, reply, key, now)


def _stranger(session: AsyncSession, said: Heard) -> Actor:
    return Actor(name=said.name or said.user, channel="slack", language=company_of(session).language)


async def _post(session: AsyncSession, said: Heard, reply: Reply, key: str, now: datetime) -> None:
    tokens = await conversation.offer(session, blocks.offered(reply.parts), key, now)
    payload: dict[str, Any] = {
        "channel": said.channel,
        "text": blocks.plain(reply.text),
        "blocks": blocks.blocks(reply.text, reply.parts, tokens, tone=reply.tone),
    }
    if said.thread is not None:
        payload["thread_ts"] = said.thread
    if said.response_url is not None:
        payload["response_url"] = said.response_url
    if said.is_private and not said.channel.startswith("D"):
        payload["user"] = said.user
    await outbox.enqueue(session, EffectKind.POST, f"slack:{said.channel}:{said.user}", payload, now)


def _heard(payload: dict[str, Any]) -> Heard | None:
    """None for what needs no answer. Missing fields of a signed request are ignored, not guessed."""
    match payload.get("kind"):
        case "command":
            return _command(payload)
        case "action":
            return _press(payload)
        case "event":
            return _message(payload.get("event") or {})
        case _:
            return None


def _command(payload: dict[str, Any]) -> Heard | None:
    user, channel = payload.get("user_id"), payload.get("channel_id")
    if not user or not channel:
        return None
    return Heard(
        user=user,
        name=str(payload.get("user_name") or ""),
        channel=channel,
        text=heard(str(payload.get("text") or "")) or "help",
        response_url=payload.get("response_url"),
        is_private=True,
    )


def _press(payload: dict[str, Any]) -> Heard | None:
    user, channel, actions = payload.get("user") or {}, payload.get("channel") or {}, payload.get("actions") or []
    token = actions[0].get("value") if actions and isinstance(actions[0], dict) else None
    if not user.get("id") or not channel.get("id") or not isinstance(token, str):
        return None
    return Heard(
        user=user["id"],
        name=str(user.get("name") or user.get("username") or ""),
        channel=channel["id"],
        token=token,
        response_url=payload.get("response_url"),
        is_private=True,
    )


def _message(event: dict[str, Any]) -> Heard | None:
    """A mention, or a direct message. In channels we only answer when we are mentioned."""
    user, channel, text = event.get("user"), event.get("channel"), event.get("text")
    is_direct = event.get("channel_type") == "im" or str(channel).startswith("D")
    if not user or not channel or event.get("bot_id") or event.get("subtype"):
        return None
    if event.get("type") == "message" and not is_direct:
        return None
    return Heard(
        user=user,
        name="",
        channel=channel,
        text=heard(str(text or "")) or "help",
        thread=event.get("thread_ts"),
        is_private=is_direct,
    )
