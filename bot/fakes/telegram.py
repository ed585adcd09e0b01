"""A stand-in of Telegram on loopback: the Bot API the product calls, and the updates Telegram would deliver."""

import itertools
import json
import time
from typing import Any

from bot.fakes.loopback import Delivery
from bot.fakes.telegram_chats import Chat, Message
from bot.fakes.telegram_service import TelegramService
from bot.fakes.telegram_text import addressed_to, command_entities

Json = dict[str, Any]

HEADER = "X-Telegram-Bot-Api-Secret-Token"


class FakeTelegram(TelegramService):
    """`secret` and `webhook_url` hold until the product calls setWebhook, which replaces both."""

    def __init__(
        self, token: str, secret: str, webhook_url: str = "", *, port: int = 0, delivery_timeout: float = 30.0
    ) -> None:
        super().__init__(token, secret, webhook_url, port, delivery_timeout)
        self._updates = itertools.count(int(time.time()))

    @property
    def messages(self) -> list[Message]:
        return self.chats.messages

    @property
    def webhook_url(self) -> str:
        return self.webhook.url

    @webhook_url.setter
    def webhook_url(self, url: str) -> None:
        self.webhook.url = url

    @property
    def bot_name(self) -> str:
        return str(self.chats.bot["username"])

    def add_user(
        self, name: str, username: str = "", language: str = "en", *, started: bool = True, user_id: int | None = None
    ) -> int:
        """A person, whose id is also their private chat with the bot. Without `started` the bot may not write first."""
        return self.chats.add_person(name, username, language, started=started, number=user_id).id

    def add_group(self, title: str) -> int:
        return self.chats.add_group(title).id

    def block(self, user_id: int, blocked: bool = True) -> None:
        self.chats.people[user_id].blocked = blocked

    def chat_messages(self, chat_id: int) -> list[Message]:
        return [message for message in self.messages if message.chat.id == chat_id]

    async def text(self, user_id: int, text: str, chat_id: int | None = None) -> Delivery:
        """What a person writes. In a group only what is addressed to the bot is delivered (privacy mode)."""
        chat = self._enter(user_id, chat_id)
        sender = self.chats.people[user_id].as_json()
        message = self.chats.new_message(chat, sender, text=text, source=text, entities=command_entities(text))
        self._tell("message.posted", str(chat.id), message)
        if not chat.is_private and not addressed_to(text, self.bot_name):
            return Delivery("message", 0, b"", 0.0, error="not delivered: the bot is in privacy mode")
        return await self._update("message", message.as_json())

    async def command(self, user_id: int, name: str, text: str = "", chat_id: int | None = None) -> Delivery:
        """`command(7, "start", "code")` writes "/start code"; in a group the bot's name is appended."""
        chat = self._enter(user_id, chat_id)
        address = "" if chat.is_private else f"@{self.bot_name}"
        return await self.text(user_id, f"/{name.removeprefix('/')}{address} {text}".rstrip(), chat.id)

    async def contact(self, user_id: int, phone: str, owner: int | None = None, *, forwarded: bool = False) -> Delivery:
        """Shares a contact: the person's own, or with `owner` someone else's."""
        chat = self._enter(user_id, None)
        person = self.chats.people[user_id]
        shared: Json = {"phone_number": phone, "first_name": person.first_name, "user_id": owner or user_id}
        content: Json = {"contact": shared}
        if forwarded:
            content["forward_origin"] = {"type": "hidden_user", "sender_user_name": "Someone", "date": int(time.time())}
        message = self.chats.new_message(chat, person.as_json(), content=content)
        self._tell("message.posted", str(chat.id), message)
        return await self._update("message", message.as_json())

    async def press(self, user_id: int, message_id: int, button: str | int) -> Delivery:
        """Presses a button, found by position, callback data or label.

        A key of a reply keyboard sends its label as text, or the person's contact where it asks for that.
        """
        message = self.chats.by_id(message_id)
        pressed = _button(message, button)
        if "keyboard" in (message.reply_markup or {}):
            if pressed.get("request_contact"):
                return await self.contact(user_id, f"+4930{user_id:08d}")
            return await self.text(user_id, str(pressed["text"]), message.chat.id)
        if "callback_data" not in pressed:
            raise LookupError(f"button {button!r} of message {message_id} sends nothing")
        update_id = next(self._updates)
        query = f"{self.chats.bot['id']}{update_id}"
        self.chats.open_queries.add(query)
        pressed_update = {
            "id": query,
            "from": self.chats.people[user_id].as_json(),
            "message": message.as_json(),
            "chat_instance": str(message.chat.id),
            "data": pressed["callback_data"],
        }
        return await self.deliver({"update_id": update_id, "callback_query": pressed_update}, kind="callback_query")

    async def _update(self, kind: str, content: Json) -> Delivery:
        return await self.deliver({"update_id": next(self._updates), kind: content}, kind=kind)

    async def deliver(
        self, update: Json | bytes, *, secret: str | None = None, content_type: str = "application/json", kind: str = ""
    ) -> Delivery:
        """Posts an update, or raw bytes. `secret` overrides the header; an empty one leaves it out."""
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        named = next((key for key in update if key != "update_id"), "raw") if isinstance(update, dict) else "raw"
        allowed = self.webhook.allowed_updates
        if isinstance(update, dict) and allowed and named not in allowed:
            return Delivery(kind or named, 0, b"", 0.0, body, error=f"not delivered: {named} is not in allowed_updates")
        headers = {"Content-Type": content_type}
        header = self.webhook.secret if secret is None else secret
        if header:
            headers[HEADER] = header
        delivery = await self._post(kind or named, self.webhook.url, body, headers)
        if not 200 <= delivery.status < 300:
            reason = delivery.error or f"Wrong response from the webhook: {delivery.status}"
            self.webhook.last_error = reason
        self._perform_answer(delivery)
        return delivery

    async def redeliver(self, delivery: Delivery) -> Delivery:
        """The same update again, as Telegram does after an answer other than 2xx."""
        return await self.deliver(delivery.sent_body, kind=delivery.kind)

    def _perform_answer(self, delivery: Delivery) -> None:
        """A webhook may answer with one method call instead of making it."""
        try:
            answer = json.loads(delivery.body)
        except ValueError:
            return
        if delivery.status == 200 and isinstance(answer, dict) and "method" in answer:
            method = str(answer.pop("method"))
            status, result = self.perform(method, answer)
            self._record(method, answer, status, result)

    def _enter(self, user_id: int, chat_id: int | None) -> Chat:
        person = self.chats.people[user_id]
        chat = self.chats.chats[user_id if chat_id is None else chat_id]
        if chat.is_private:
            person.started, person.blocked = True, False
        return chat


def _button(message: Message, wanted: str | int) -> Json:
    buttons = message.buttons()
    if isinstance(wanted, int):
        return buttons[wanted]
    for name in ("callback_data", "text"):
        for button in buttons:
            if button.get(name) == wanted:
                return button
    raise LookupError(f"no button {wanted!r} in message {message.message_id}")
