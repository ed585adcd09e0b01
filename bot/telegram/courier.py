"""The courier of Telegram: sends what is written, posts cards once and edits them in place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.telegram import messages
from bot.telegram.bridge import TelegramBridge
from crm_core import cards as places
from crm_core import conversation
from crm_core.db import Database
from crm_core.outbox import Effect, EffectKind, TryLater, Undeliverable
from intents import cards


class TelegramCourier:
    def __init__(self, database: Database, bridge: TelegramBridge) -> None:
        self._database = database
        self._bridge = bridge

    async def deliver(self, effect: Effect, now: datetime) -> None:
        match EffectKind(effect.kind):
            case EffectKind.POST:
                await self._call(effect.payload["method"], effect.payload["arguments"])
            case EffectKind.CARD:
                await self._card(effect.payload, now)
            case EffectKind.NOTICE:
                await self._notice(effect.payload, now)
            case EffectKind.MESSAGE:
                await self._send(effect.payload["place"], messages.messages(effect.payload["text"], [], []))
            case _:
                raise Undeliverable(f"Telegram cannot carry {effect.kind}")

    async def _card(self, payload: dict[str, Any], now: datetime) -> None:
        kind, record_id, place = payload["kind"], payload["record"], payload["place"]
        async with self._database.transaction() as session:
            known = await places.posted(session, kind, record_id, place)
            drawn = await cards.draw(session, kind, record_id, payload["language"], now)
            if drawn is None:
                return
            tokens = await conversation.offer(session, messages.offered(drawn.parts), None, now)
        message = messages.messages("", drawn.parts, tokens)[-1]
        chat = int(place.removeprefix("telegram:"))
        if known is not None:
            await self._call("editMessageText", {"chat_id": chat, "message_id": int(known.message), **message})
            return
        sent = await self._call("sendMessage", {"chat_id": chat, **message})
        async with self._database.transaction() as session:
            await places.remember(session, kind, record_id, place, str(sent.message_id), now)

    async def _notice(self, payload: dict[str, Any], now: datetime) -> None:
        """An account's number is also that of the private chat with it."""
        async with self._database.transaction() as session:
            told = await cards.notice(session, payload, now)
            if told is None:
                return
            tokens = await conversation.offer(session, messages.offered(told.parts), None, now)
        await self._send(payload["place"], messages.messages(told.text, told.parts, tokens))

    async def _send(self, place: str, drawn: list[messages.Message]) -> None:
        chat = int(place.removeprefix("telegram:"))
        for message in drawn:
            await self._call("sendMessage", {"chat_id": chat, **message})

    async def _call(self, method: str, arguments: dict[str, Any]) -> Any:
        try:
            bot = await self._bridge.introduced()
            keyboard = arguments.get("reply_markup")
            markup = InlineKeyboardMarkup.de_json(keyboard, bot) if keyboard else None
            known = {name: value for name, value in arguments.items() if name != "reply_markup"}
            match method:
                case "sendMessage":
                    return await bot.send_message(**known, reply_markup=markup)
                case "editMessageText":
                    return await bot.edit_message_text(**known, reply_markup=markup)
                case "answerCallbackQuery":
                    return await bot.answer_callback_query(**known)
                case _:
                    raise Undeliverable(f"no such method: {method}")
        except TelegramError as error:
            return _refused(method, error)


def _refused(method: str, error: TelegramError) -> None:
    """Returns for what does no harm, raises for the rest."""
    match error:
        case RetryAfter():
            wait = error.retry_after
            raise TryLater(
                "Telegram asked for patience", wait if isinstance(wait, int) else wait.total_seconds()
            ) from error
        case Forbidden() | InvalidToken():
            raise Undeliverable(
                f"Telegram: {error.message}: the chat was left, or TELEGRAM_BOT_TOKEN is wrong"
            ) from error
        case BadRequest() if "not modified" in error.message or method == "answerCallbackQuery":
            return
        case BadRequest():
            raise Undeliverable(f"Telegram: {error.message}") from error
        case TimedOut() | NetworkError():
            raise TryLater(f"Telegram is out of reach ({type(error).__name__})") from error
        case _:
            raise TryLater(f"Telegram: {type(error).__name__}") from error
