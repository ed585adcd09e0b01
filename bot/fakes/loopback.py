"""What both stand-ins share: a server on loopback, a record of requests, planned failures, deliveries, observers."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web


@dataclass(frozen=True)
class ApiCall:
    """One request the product made. `answer` is what it was told; status 0 means the connection was cut instead."""

    method: str
    arguments: dict[str, Any]
    at: float
    status: int
    answer: Any


@dataclass(frozen=True)
class Delivery:
    """One webhook sent to the product. Status 0 means that no answer came; `error` then says why."""

    kind: str
    status: int
    body: bytes
    milliseconds: float
    sent_body: bytes = b""
    sent_headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Change:
    """What observers are told: `kind` as in "message.posted", `place` the channel, chat or user it happened in."""

    kind: str
    place: str
    subject: Any = None


Observer = Callable[[Change], None]


@dataclass(frozen=True)
class Failure:
    method: str
    status: int
    retry_after: int
    error: str
    drop: bool
    lose_answer: bool


class StandIn:
    """A service on 127.0.0.1. Use as an async context manager, or start() and stop()."""

    def __init__(self, port: int, delivery_timeout: float) -> None:
        self.port = port
        self.calls: list[ApiCall] = []
        self.deliveries: list[Delivery] = []
        self.on_change: list[Observer] = []
        self._application = web.Application(client_max_size=64 * 1024 * 1024)
        self._delivery_timeout = delivery_timeout
        self._failures: list[Failure] = []
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._runner = web.AppRunner(self._application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._delivery_timeout))

    async def stop(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self.stop()

    def calls_of(self, method: str) -> list[ApiCall]:
        return [call for call in self.calls if call.method == method]

    def fail_next(
        self,
        method: str,
        status: int = 429,
        *,
        retry_after: int = 1,
        error: str = "",
        drop: bool = False,
        lose_answer: bool = False,
        times: int = 1,
    ) -> None:
        """The next calls of this method ("*": of any) fail with this status and error.

        `drop` cuts the connection before anything happens, `lose_answer` after it has happened.
        """
        self._failures.extend([Failure(method, status, retry_after, error, drop, lose_answer)] * times)

    def _planned_failure(self, method: str) -> Failure | None:
        for position, failure in enumerate(self._failures):
            if failure.method in ("*", method):
                return self._failures.pop(position)
        return None

    def _record(self, method: str, arguments: dict[str, Any], status: int, answer: Any) -> None:
        call = ApiCall(method, arguments, time.monotonic(), status, answer)
        self.calls.append(call)
        self._tell("api.called", method, call)

    def _tell(self, kind: str, place: str, subject: Any) -> None:
        for observer in self.on_change:
            observer(Change(kind, place, subject))

    async def _post(self, kind: str, url: str, body: bytes, headers: Mapping[str, str]) -> Delivery:
        delivery = await self._exchange(kind, url, body, headers)
        self.deliveries.append(delivery)
        self._tell("delivery.made", url, delivery)
        return delivery

    async def _exchange(self, kind: str, url: str, body: bytes, headers: Mapping[str, str]) -> Delivery:
        if self._client is None:
            raise RuntimeError("start() the stand-in before it delivers")
        if not url:
            return Delivery(kind, 0, b"", 0.0, body, headers, error="no webhook address is set")
        began = time.perf_counter()
        try:
            async with self._client.post(url, data=body, headers=headers, allow_redirects=False) as response:
                answer = await response.read()
                return Delivery(kind, response.status, answer, _since(began), body, headers)
        except (TimeoutError, aiohttp.ClientError) as problem:
            return Delivery(kind, 0, b"", _since(began), body, headers, error=repr(problem))


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def cut(request: web.Request) -> web.StreamResponse:
    """Ends the connection without an answer, as a network does."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
