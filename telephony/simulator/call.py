"""A phone call: the phone of one person, and the documents that tell it what to do."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urljoin
from xml.etree import ElementTree

from telephony.simulator.exchange import Exchange, Input

FINAL = {"completed", "busy", "no-answer", "failed", "canceled"}
EVENT_OF = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}


@dataclass(frozen=True)
class Heard:
    text: str
    language: str


class HungUp(Exception):
    pass


class Redirected(Exception):
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


@dataclass(eq=False)
class SimulatedCall:
    """`number` is the phone it rings on or calls from. Each action returns when the call waits for somebody again."""

    exchange: Exchange
    sid: str
    from_: str
    to: str
    direction: str
    status_url: str = ""
    status_events: frozenset[str] = frozenset()
    status: str = "queued"
    doing: str = "ringing"
    prompts: list[Heard] = field(default_factory=list)
    sequence: int = 0
    answered_at: float = 0.0
    _inputs: asyncio.Queue[Input] = field(default_factory=asyncio.Queue)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    @property
    def number(self) -> str:
        return self.from_ if self.direction == "inbound" else self.to

    @property
    def heard(self) -> str:
        return " ".join(prompt.text for prompt in self.prompts)

    @property
    def is_over(self) -> bool:
        return self.status in FINAL

    async def press(self, keys: str) -> None:
        for key in keys:
            await self._do(Input("press", key))

    async def say(self, text: str) -> None:
        await self._do(Input("say", text))

    async def begin_saying(self, text: str) -> None:
        """Speech that has begun and not ended: only partial results are sent."""
        await self._do(Input("begin", text))

    async def wait(self) -> None:
        """Silence until the pending time runs out."""
        await self._do(Input("wait"))

    async def hang_up(self) -> None:
        if not self.is_over:
            await self._do(Input("hang-up"))

    async def answer(self) -> None:
        """An outbound call is picked up."""
        await self._do(Input("answer"))

    async def decline(self) -> None:
        await self._do(Input("decline"))

    async def ignore(self) -> None:
        await self._do(Input("ignore"))

    async def redirect(self, url: str) -> None:
        """By the network; it does not wait for the person."""
        self._settled.clear()
        self._inputs.put_nowait(Input("redirect", url))

    def tell(self, given: Input) -> None:
        self._settled.clear()
        self._inputs.put_nowait(given)

    async def settled(self) -> None:
        await self._settled.wait()

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        self._task = asyncio.ensure_future(self._live(work))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def next_input(self, doing: str, seconds: float | None = None) -> Input:
        """Waits for somebody. With real time a pending timeout counts as silence."""
        self.doing = doing
        self.exchange.changed()
        if self._inputs.empty():
            self._settled.set()
        limit = seconds if self.exchange.real_time else None
        try:
            async with asyncio.timeout(limit):
                given = await self._inputs.get()
        except TimeoutError:
            given = Input("wait")
        self._settled.clear()
        if given.kind == "hang-up":
            raise HungUp
        if given.kind == "redirect":
            raise Redirected(given.value)
        return given

    async def fetch(self, url: str, **params: str) -> ElementTree.Element | None:
        """The document at `url`; the fallback once when it fails; None ends the call."""
        delivery = await self.exchange.deliverer.post(url, {**self.params(), **params})
        if not delivery.is_document:
            self.exchange.errors.append(f"11200 {url}: {delivery.status} {delivery.body[:200]!r}")
            config = self.exchange.numbers.get(self.to)
            fallback = config.fallback_url if config is not None else ""
            if not fallback or url == fallback:
                return None
            return await self.fetch(fallback, ErrorCode="11200", ErrorUrl=url)
        try:
            return ElementTree.fromstring(delivery.body)  # noqa: S314 (our own product's document, on loopback)
        except ElementTree.ParseError as error:
            self.exchange.errors.append(f"12100 {url}: {error}")
            return None

    def params(self) -> dict[str, str]:
        return {
            "CallSid": self.sid,
            "AccountSid": self.exchange.account_sid,
            "From": self.from_,
            "To": self.to,
            "Caller": self.from_,
            "Called": self.to,
            "CallStatus": self.status,
            "Direction": "inbound" if self.direction == "inbound" else "outbound-api",
            "ApiVersion": "2010-04-01",
        }

    async def report(self, status: str) -> None:
        """A status callback, when this event was asked for."""
        self.status = status
        self.exchange.changed()
        event = EVENT_OF.get(status, "completed")
        if not self.status_url or event not in self.status_events:
            return
        params = {
            **self.params(),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self.sequence),
            "Timestamp": format_datetime(datetime.now(UTC)),
        }
        self.sequence += 1
        if status == "completed":
            params["CallDuration"] = params["Duration"] = "1"
        await self.exchange.deliverer.post(self.status_url, params)

    def hear(self, element: ElementTree.Element) -> None:
        text = " ".join("".join(element.itertext()).split())
        self.prompts.append(Heard(text, element.get("language", "")))
        self.exchange.changed()

    async def _do(self, given: Input) -> None:
        if self.is_over:
            return
        self.tell(given)
        await self._settled.wait()

    async def _live(self, work: Callable[[], Awaitable[None]]) -> None:
        final = "completed"
        try:
            await work()
        except HungUp:
            final = "completed" if self.status == "in-progress" else "canceled"
        except Exception as error:
            self.exchange.errors.append(f"{type(error).__name__}: {error}")
            final = "failed"
        self.exchange.leave(self)
        if not self.is_over:
            await self.report(final)
        self.doing = "ended"
        self._settled.set()
        self.exchange.changed()


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def absolute(base: str, url: str) -> str:
    return urljoin(base, url)
