"""Works off what Telegram delivered: who says what in which chat, and the answer as an effect."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message, Update

from bot.telegram import messages
from bot.telegram.bridge import TelegramBridge
from crm_core import conversation, inbox, outbox
from crm_core.contacts import customers
from crm_core.inbox import Receipt
from crm_core.outbox import EffectKind, Undeliverable
from intents.ask import Ask
from intents.reply import Reply
from intents.router import answer

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
    def __init__(self, bridge: TelegramBridge) -> None:
        self._bridge = bridge

    async def work_off(self, session: AsyncSession, receipt: Receipt, now: datetime) -> None:
        """Raises Undeliverable for an update that the library cannot read: it stays visible as a dead letter."""
        try:
            update = Update.de_json(receipt.payload, self._bridge.bot)
            said = _heard(update, self._bridge)
        except (TypeError, KeyError, ValueError, AttributeError, OverflowError, OSError) as error:
            raise Undeliverable(f"not a readable update ({type(error).__name__})") from error
        if said is None:
            return
        account = str(said.user)
        actor = await customers.speaker(session, "telegram", account, said.name, now)
        key = f"telegram:{said.chat}:{said.user}"
        ask = Ask("telegram", key, account, said.text, said.token, is_public=not said.is_private)
        reply = await answer(session, actor, ask, now)
        if reply.forgets_ask:
            await inbox.forget(session, receipt)
        await _send(session, said, reply, key, now)


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
