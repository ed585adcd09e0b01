"""What Telegram keeps: people, private chats and groups, their messages, uploaded files, the bot's webhook."""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class UploadedFile:
    """A file as it arrived in a multipart request."""

    filename: str
    content_type: str
    content: bytes


@dataclass
class Person:
    id: int
    first_name: str
    username: str
    language_code: str
    started: bool
    blocked: bool = False

    def as_json(self) -> Json:
        shown: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.username:
            shown["username"] = self.username
        return shown | {"language_code": self.language_code}


@dataclass
class Chat:
    id: int
    type: str
    title: str
    username: str = ""

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    def as_json(self) -> Json:
        if not self.is_private:
            return {"id": self.id, "type": self.type, "title": self.title}
        shown: Json = {"id": self.id, "type": self.type, "first_name": self.title}
        return shown | ({"username": self.username} if self.username else {})


@dataclass
class Message:
    """`source` is the text as it was sent, with its HTML; `text` is what people see."""

    message_id: int
    chat: Chat
    sender: Json
    date: int
    text: str = ""
    source: str = ""
    entities: list[Json] = field(default_factory=list)
    reply_markup: Json | None = None
    edited: bool = False
    reply_to: int | None = None
    content: Json = field(default_factory=dict)

    @property
    def from_bot(self) -> bool:
        return bool(self.sender["is_bot"])

    @property
    def has_media(self) -> bool:
        return bool(self.content)

    def buttons(self) -> list[Json]:
        """Every button under the message, or of the keyboard it brings, in the order in which they are shown."""
        markup = self.reply_markup or {}
        rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
        return [{"text": button} if isinstance(button, str) else button for row in rows for button in row]

    def as_json(self) -> Json:
        shown: Json = {"message_id": self.message_id, "from": self.sender, "chat": self.chat.as_json()}
        shown |= {"date": self.date, **self.content}
        if self.text:
            shown["caption" if self.has_media else "text"] = self.text
        if self.entities:
            shown["caption_entities" if self.has_media else "entities"] = self.entities
        if self.reply_markup and "inline_keyboard" in self.reply_markup:
            shown["reply_markup"] = self.reply_markup
        if self.edited:
            shown["edit_date"] = self.date
        return shown


class Chats:
    def __init__(self, bot: Json) -> None:
        self.bot = bot
        self.bot_sender: Json = {key: bot[key] for key in ("id", "is_bot", "first_name", "username")}
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.messages: list[Message] = []
        self.files: dict[str, UploadedFile] = {}
        self.commands: dict[str, list[Json]] = {}
        self.open_queries: set[str] = set()
        self.answered_queries: dict[str, Json] = {}
        self._numbers = itertools.count(101)
        self._message_ids = itertools.count(1)

    def add_person(
        self, name: str, username: str, language: str, *, started: bool, number: int | None = None
    ) -> Person:
        person = Person(next(self._numbers) if number is None else number, name, username, language, started)
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, "private", name, username)
        return person

    def add_group(self, title: str) -> Chat:
        chat = Chat(-next(self._numbers), "group", title)
        self.chats[chat.id] = chat
        return chat

    def resolve(self, address: Any) -> Chat | None:
        if isinstance(address, str) and address.startswith("@"):
            return next((chat for chat in self.chats.values() if chat.username == address[1:]), None)
        try:
            return self.chats.get(int(address))
        except (TypeError, ValueError):
            return None

    def new_message(self, chat: Chat, sender: Json, **parts: Any) -> Message:
        message = Message(next(self._message_ids), chat, sender, int(time.time()), **parts)
        self.messages.append(message)
        return message

    def find(self, chat: Chat, message_id: Any) -> Message | None:
        return next((m for m in self.messages if m.chat is chat and m.message_id == message_id), None)

    def by_id(self, message_id: int) -> Message:
        """Ids are unique over all chats here, so that one number names a message."""
        for message in self.messages:
            if message.message_id == message_id:
                return message
        raise LookupError(f"no message {message_id}")

    def keep_file(self, file: UploadedFile) -> str:
        file_id = f"file-{next(self._numbers)}"
        self.files[file_id] = file
        return file_id
