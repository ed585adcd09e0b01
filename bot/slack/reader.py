"""Works off what Slack delivered: who says what where, and the answer as an effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.slack import blocks
from bot.slack.payload import Payload, is_direct, text_at
from bot.slack.text import heard, mentioned
from crm_core import agents, conversation, inbox, outbox
from crm_core.contacts import customers
from crm_core.inbox import Receipt
from crm_core.outbox import EffectKind
from intents.ask import Ask
from intents.driving import answer_or_hand_on
from intents.reply import Reply
from intents.router import answer
from intents.understand.meant import Meant


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance. `response_url` and `is_private` say that only the person themselves sees the answer.

    `fields` is what was typed into a form; the answer takes its place when nobody else sees it (`replaces`).
    """

    user: str
    name: str
    channel: str
    text: str = ""
    token: str | None = None
    thread: str | None = None
    response_url: str | None = None
    is_private: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    replaces: bool = False


class SlackReader:
    """`is_driven`: a dialogue server is handed what is said, instead of our own understanding."""

    def __init__(self, *, is_driven: bool = False) -> None:
        self._is_driven = is_driven

    def said(self, receipt: Receipt) -> str | None:
        said = _heard(receipt.payload)
        if said is None or said.token is not None:
            return None
        return heard(said.text, _ourselves(receipt.payload))

    async def work_off(
        self, session: AsyncSession, receipt: Receipt, now: datetime, meant: Meant | None = None
    ) -> None:
        said = _heard(receipt.payload)
        if said is None:
            return
        actor = await customers.speaker(session, "slack", said.user, said.name, now)
        key = f"slack:{said.channel}:{said.user}"
        text = heard(said.text, await _names(session, receipt.payload, said.text))
        ask = Ask(
            "slack",
            key,
            said.user,
            text,
            said.token,
            is_public=not said.is_private,
            fields=said.fields,
            meant=meant,
        )
        if not text and said.token is None:
            ask = replace(ask, text="help")
        if self._is_driven:
            reply = await answer_or_hand_on(session, actor, ask, said.name, asdict(said), now)
        else:
            reply = await answer(session, actor, ask, now)
        if reply is None or reply.forgets_ask:
            await inbox.forget(session, receipt)
        if reply is not None:
            await _post(session, said, reply, key, now)


async def post(session: AsyncSession, place: Mapping[str, Any], reply: Reply, key: str, now: datetime) -> None:
    """What came back from the dialogue server; `place` is what it was handed."""
    await _post(session, Heard(**place), reply, key, now)


async def _names(session: AsyncSession, payload: Payload, text: str) -> dict[str, str]:
    """What the accounts that are mentioned are called here; our own is not part of the sentence."""
    names = {}
    for account in mentioned(text):
        agent = await agents.identify(session, "slack", account)
        if agent is not None:
            names[account] = agent.name
    return names | _ourselves(payload)


def _ourselves(payload: Payload) -> dict[str, str]:
    ours = text_at(payload, "authorizations", 0, "user_id")
    return {ours: ""} if ours else {}


async def _post(session: AsyncSession, said: Heard, reply: Reply, key: str, now: datetime) -> None:
    tokens = await conversation.offer(session, blocks.offered(reply.parts), key, now)
    payload: dict[str, Any] = {
        "channel": said.channel,
        "text": blocks.plain(reply.text),
        "blocks": blocks.blocks(reply.above, reply.parts, tokens, tone=reply.tone),
    }
    if said.thread is not None:
        payload["thread_ts"] = said.thread
    if said.response_url is not None:
        payload["response_url"] = said.response_url
        payload["replaces"] = said.replaces
    if said.is_private and not said.channel.startswith("D"):
        payload["user"] = said.user
    address = f"slack:{said.channel}:{said.user}"
    await outbox.enqueue(session, EffectKind.POST, address, payload, now, is_secret=reply.is_secret)


def _heard(payload: Payload) -> Heard | None:
    """None for what needs no answer. Missing fields of a signed request are ignored, not guessed."""
    match payload.get("kind"):
        case "command":
            return _command(payload)
        case "action":
            return _press(payload)
        case "event":
            return _message(payload.get("event"))
        case _:
            return None


def _command(payload: Payload) -> Heard:
    return Heard(
        user=text_at(payload, "user_id"),
        name=text_at(payload, "user_name"),
        channel=text_at(payload, "channel_id"),
        text=text_at(payload, "text"),
        response_url=text_at(payload, "response_url") or None,
        is_private=True,
    )


def _press(payload: Payload) -> Heard | None:
    token = text_at(payload, "actions", 0, "value")
    if not token:
        return None
    channel = text_at(payload, "channel", "id") or text_at(payload, "container", "channel_id")
    fields = _typed(payload)
    return Heard(
        user=text_at(payload, "user", "id"),
        name=text_at(payload, "user", "name") or text_at(payload, "user", "username"),
        channel=channel,
        token=token,
        response_url=text_at(payload, "response_url") or None,
        is_private=True,
        fields=fields,
        replaces=bool(fields) and (channel.startswith("D") or _is_seen_by_one(payload)),
    )


def _is_seen_by_one(payload: Payload) -> bool:
    container = payload.get("container")
    return isinstance(container, dict) and container.get("is_ephemeral") is True


def _typed(payload: Payload) -> dict[str, str]:
    """By the name of the field; empty where the message holds no form."""
    state = payload.get("state")
    values = state.get("values") if isinstance(state, dict) else None
    if not isinstance(values, dict):
        return {}
    return {str(name): text_at(values, name, blocks.TYPED, "value") for name in values}


def _message(event: object) -> Heard:
    return Heard(
        user=text_at(event, "user"),
        name="",
        channel=text_at(event, "channel"),
        text=text_at(event, "text"),
        thread=text_at(event, "thread_ts") or None,
        is_private=is_direct(event),
    )
