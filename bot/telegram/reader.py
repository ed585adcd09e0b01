"""Works off what Telegram delivered: who says what in which chat, and the answer as an effect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message, Update

from bot.telegram import messages
from bot.telegram.bridge import TelegramBridge
from crm_core import conversation, inbox, outbox
from crm_core.contacts import customers
from crm_core.inbox import Receipt
from crm_core.outbox import EffectKind, Undeliverable
from intents.ask import Ask
from intents.driving import answer_or_hand_on
from intents.reply import Reply
from intents.router import answer
from intents.understand.meant import Meant

_START = re.compile(r"/start(?:@\w+)?(?:\s+(?P<code>\S+))?\s*\Z")
# Only a command is addressed like that: greta@example.com is an e-mail address.
_ADDRESSED = re.compile(r"\A(/\w+)@\w+")


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance. `query` is set for a pressed button, which wants to be answered as well."""

    user: int
    name: str
    chat: int
    is_private: bool
    text: str = ""
    token: str | None = None
    query: str | None = None


class TelegramReader:
    """`is_driven`: a dialogue server is handed what is said, instead of our own understanding."""

    def __init__(self, bridge: TelegramBridge, *, is_driven: bool = False) -> None:
        self._bridge = bridge
        self._is_driven = is_driven

    def said(self, receipt: Receipt) -> str | None:
        said = self._read(receipt)
        return said.text if said is not None and said.token is None else None

    async def work_off(
        self, session: AsyncSession, receipt: Receipt, now: datetime, meant: Meant | None = None
    ) -> None:
        """Raises Undeliverable for an update that the library cannot read: it stays visible as a dead letter."""
        said = self._read(receipt)
        if said is None:
            return
        account = str(said.user)
        actor = await customers.speaker(session, "telegram", account, said.name, now)
        key = f"telegram:{said.chat}:{said.user}"
        ask = Ask("telegram", key, account, said.text, said.token, is_public=not said.is_private, meant=meant)
        if self._is_driven:
            reply = await answer_or_hand_on(session, actor, ask, said.name, asdict(said), now)
        else:
            reply = await answer(session, actor, ask, now)
        if reply is None or reply.forgets_ask:
            await inbox.forget(session, receipt)
        if reply is not None:
            await _send(session, said, reply, key, now)

    def _read(self, receipt: Receipt) -> Heard | None:
        try:
            return _heard(Update.de_json(receipt.payload, self._bridge.bot), self._bridge)
        except (TypeError, KeyError, ValueError, AttributeError, OverflowError, OSError) as error:
            raise Undeliverable(f"not a readable update ({type(error).__name__})") from error


async def post(session: AsyncSession, place: Mapping[str, Any], reply: Reply, key: str, now: datetime) -> None:
    """What came back from the dialogue server; `place` is what it was handed."""
    await _send(session, Heard(**place), reply, key, now)


async def _send(session: AsyncSession, said: Heard, reply: Reply, key: str, now: datetime) -> None:
    address = f"telegram:{said.chat}"
    if said.query is not None:
        answered = {"method": "answerCallbackQuery", "arguments": {"callback_query_id": said.query}}
        await outbox.enqueue(session, EffectKind.POST, address, answered, now)
    tokens = await conversation.offer(session, messages.offered(reply.parts), key, now)
    for message in messages.messages(reply.above, reply.parts, tokens):
        sent = {"method": "sendMessage", "arguments": {"chat_id": said.chat, **message}}
        await outbox.enqueue(session, EffectKind.POST, address, sent, now, is_secret=reply.is_secret)


def _heard(update: Update | None, bridge: TelegramBridge) -> Heard | None:
    """None for what needs no answer: edits, joins, other bots, kinds we do not know."""
    if update is None:
        return None
    query = update.callback_query
    if query is not None and query.data and query.message is not None:
        chat = query.message.chat
        return Heard(
            user=query.from_user.id,
            name=query.from_user.full_name,
            chat=chat.id,
            is_private=chat.type == chat.PRIVATE,
            token=query.data,
            query=query.id,
        )
    if update.message is not None:
        return _message(update.message)
    return None


def _message(message: Message) -> Heard | None:
    person, text = message.from_user, message.text
    if person is None or person.is_bot or not text:
        return None
    is_private = message.chat.type == message.chat.PRIVATE
    if not is_private and not text.startswith("/") and "@" not in text:
        return None
    start = _START.match(text)
    said = f"link {start['code']}" if start and start["code"] else "help" if start else _ADDRESSED.sub(r"\1", text)
    return Heard(person.id, person.full_name, message.chat.id, is_private, said)
