"""A Slack workspace as its people see it: users, channels, direct messages, what was posted, which views are open."""

import copy
import itertools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.fakes.slack_limits import interactive_elements

Json = dict[str, Any]

TEAM = "T0OFFHOOK"
TEAM_DOMAIN = "offhook-demo"
APP = "A0OFFHOOK"
BOT_USER = "U0OFFHOOK"
BOT = "B0OFFHOOK"
TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5


@dataclass
class User:
    id: str
    name: str
    email: str
    time_zone: str = "Europe/Berlin"
    locale: str = "en-US"

    @property
    def handle(self) -> str:
        return re.sub(r"[^a-z0-9]+", ".", self.name.lower()).strip(".") or self.id.lower()


@dataclass
class Channel:
    """`with_user` is set for a direct message between that user and the bot."""

    id: str
    name: str
    with_user: str = ""

    @property
    def is_direct(self) -> bool:
        return bool(self.with_user)


@dataclass
class Message:
    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str = ""
    edited: bool = False
    ephemeral_to: str = ""
    reactions: list[str] = field(default_factory=list)
    metadata: Json | None = None

    @property
    def from_bot(self) -> bool:
        return self.user == BOT_USER

    def buttons(self) -> list[tuple[Json, Json]]:
        """Each button with its block, in the order in which they are shown."""
        return [(b, e) for b in self.blocks for e in interactive_elements(b) if e.get("type") == "button"]

    def as_json(self) -> Json:
        shown: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": TEAM}
        if self.from_bot:
            shown |= {"bot_id": BOT, "app_id": APP}
        if self.blocks:
            shown["blocks"] = copy.deepcopy(self.blocks)
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
        if self.edited:
            shown["edited"] = {"user": self.user, "ts": self.ts}
        if self.metadata:
            shown["metadata"] = self.metadata
        return shown


@dataclass
class ResponseUrl:
    channel: str
    user: str
    message: Message | None
    opened_at: float
    uses: int = 0


class Workspace:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self._last_microsecond = 0
        self.users: dict[str, User] = {BOT_USER: User(BOT_USER, "Offhook", "bot@offhook.example")}
        self.channels: dict[str, Channel] = {}
        self.messages: list[Message] = []
        self.views: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self._triggers: dict[str, tuple[float, str]] = {}
        self._spent_triggers: set[str] = set()

    def new_id(self, letter: str) -> str:
        return f"{letter}{next(self._numbers):09d}"

    def new_ts(self) -> str:
        """Slack's message id: seconds with six decimals, never the same twice."""
        self._last_microsecond = max(self._last_microsecond + 1, time.time_ns() // 1000)
        seconds, microseconds = divmod(self._last_microsecond, 1_000_000)
        return f"{seconds}.{microseconds:06d}"

    def add_user(self, name: str, email: str) -> str:
        user = User(self.new_id("U"), name, email)
        self.users[user.id] = user
        return user.id

    def add_channel(self, name: str, channel_id: str = "") -> str:
        channel = Channel(channel_id or self.new_id("C"), name.removeprefix("#"))
        self.channels[channel.id] = channel
        return channel.id

    def direct_channel(self, user: str) -> str:
        """The direct message of this user with the bot, opened on first use."""
        for channel in self.channels.values():
            if channel.with_user == user:
                return channel.id
        channel = Channel(self.new_id("D"), "directmessage", with_user=user)
        self.channels[channel.id] = channel
        return channel.id

    def resolve_channel(self, address: str) -> Channel | None:
        """By id, by `#name`, or by user id, which means that user's direct message."""
        if address in self.channels:
            return self.channels[address]
        if address in self.users and address != BOT_USER:
            return self.channels[self.direct_channel(address)]
        return next((channel for channel in self.channels.values() if f"#{channel.name}" == address), None)

    def post(self, message: Message) -> Message:
        self.fill_block_ids(message.blocks)
        self.messages.append(message)
        return message

    def edit(self, message: Message, text: str, blocks: list[Json]) -> None:
        self.fill_block_ids(blocks)
        message.text, message.blocks, message.edited = text, blocks, True

    def find(self, channel: str, ts: str) -> Message | None:
        return next((m for m in self.messages if m.channel == channel and m.ts == ts), None)

    def visible_to(self, user: str, channel: str) -> list[Message]:
        return [m for m in self.messages if m.channel == channel and m.ephemeral_to in ("", user)]

    def fill_block_ids(self, blocks: list[Json]) -> None:
        for block in blocks:
            block.setdefault("block_id", f"b{next(self._numbers)}")
            for element in interactive_elements(block):
                element.setdefault("action_id", f"a{next(self._numbers)}")

    def new_trigger(self, user: str) -> str:
        trigger = f"{next(self._numbers)}.{next(self._numbers)}.{self.new_ts().replace('.', '')}"
        self._triggers[trigger] = (self._clock(), user)
        return trigger

    def spend_trigger(self, trigger: str) -> tuple[str, str]:
        """(user, "") once within three seconds, afterwards ("", the error Slack answers)."""
        if trigger in self._spent_triggers:
            return "", "exchanged_trigger_id"
        if trigger not in self._triggers:
            return "", "invalid_trigger_id"
        opened_at, user = self._triggers[trigger]
        if self._clock() - opened_at > TRIGGER_SECONDS:
            return "", "expired_trigger_id"
        self._spent_triggers.add(trigger)
        return user, ""

    def new_response_url(self, channel: str, user: str, message: Message | None) -> str:
        token = self.new_id("R")
        self.response_urls[token] = ResponseUrl(channel, user, message, self._clock())
        return token

    def use_response_url(self, token: str) -> ResponseUrl | str:
        """The place to answer to, or the error: five uses in thirty minutes are allowed."""
        known = self.response_urls.get(token)
        if known is None:
            return "invalid_url"
        if self._clock() - known.opened_at > RESPONSE_URL_SECONDS:
            return "expired_url"
        if known.uses >= RESPONSE_URL_USES:
            return "used_url"
        known.uses += 1
        return known
