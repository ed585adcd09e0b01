"""The stand-in itself: numbers, phones, queues, conferences, and what was asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from telephony.simulator import rest, twiml
from telephony.simulator.call import Input, SimulatedCall, new_sid
from telephony.simulator.delivery import Deliverer, WebhookDelivery


@dataclass
class NumberConfig:
    """Where calls to a number of the account go."""

    voice_url: str = ""
    fallback_url: str = ""
    status_callback: str = ""


@dataclass(frozen=True)
class RestRequest:
    method: str
    path: str
    form: list[tuple[str, str]]


@dataclass(frozen=True)
class Failure:
    """`drop`: the request is carried out and its answer lost."""

    status: int
    code: int
    drop: bool


class FakeTwilio:
    """With `real_time` prompts and pauses take their time; without it only `call.wait()` lets time pass."""

    def __init__(self, account_sid: str, auth_token: str, *, real_time: bool = False, simulator_key: str = "") -> None:
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.real_time = real_time
        self.simulator_key = simulator_key
        self.numbers: dict[str, NumberConfig] = {}
        self.calls: dict[str, SimulatedCall] = {}
        self.rooms: dict[str, list[SimulatedCall]] = {}
        self.requests: list[RestRequest] = []
        self.failures: list[Failure] = []
        self.errors: list[str] = []
        self.on_change: list[Callable[[], None]] = []
        self.deliverer = Deliverer(auth_token, self.tell)
        self._queues: dict[str, list[SimulatedCall]] = {}
        self._runner: web.AppRunner | None = None
        self.api_url = ""

    async def start(self, port: int = 0) -> None:
        app = web.Application()
        app.add_routes(rest.routes(self))
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.api_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        for call in self.calls.values():
            await call.stop()
        await self.deliverer.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> FakeTwilio:
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()

    @property
    def deliveries(self) -> list[WebhookDelivery]:
        return self.deliverer.deliveries

    def tell(self) -> None:
        for observer in self.on_change:
            observer()

    def fail_next(self, status: int = 429, code: int = 20429, *, drop: bool = False) -> None:
        self.failures.append(Failure(status, code, drop))

    async def redeliver(self, delivery: WebhookDelivery) -> WebhookDelivery:
        """The same request with the same token."""
        return await self.deliverer.post(delivery.url, delivery.params, delivery.token)

    async def dial(self, from_: str, to: str) -> SimulatedCall:
        """Somebody calls a number of the account; returns when the product waits for them, or the call is over."""
        config = self.numbers[to]
        call = SimulatedCall(
            self, new_sid("CA"), from_, to, "inbound", config.status_callback, frozenset({"completed"})
        )
        self.calls[call.sid] = call
        call.status = "ringing"
        call.start(lambda: twiml.run(call, config.voice_url))
        await call.settled()
        return call

    def ring(self, form: dict[str, str], events: frozenset[str]) -> SimulatedCall:
        """An outbound call that the product asked for: it rings until its phone does something."""
        call = SimulatedCall(
            self, new_sid("CA"), form["From"], form["To"], "outbound", form.get("StatusCallback", ""), events
        )
        self.calls[call.sid] = call
        call.start(lambda: self._ringing(call, form["Url"], float(form.get("Timeout", "60"))))
        return call

    async def _ringing(self, call: SimulatedCall, url: str, seconds: float) -> None:
        await call.report("initiated")
        await call.report("ringing")
        given = await call.next_input("ringing", seconds)
        outcomes = {"decline": "busy", "ignore": "no-answer", "wait": "no-answer"}
        if given.kind in outcomes:
            await call.report(outcomes[given.kind])
            return
        await call.report("in-progress")
        await twiml.run(call, url)

    def ringing(self, number: str) -> SimulatedCall | None:
        """The newest call that rings on this phone."""
        found = [call for call in self.calls.values() if call.to == number and call.direction == "outbound"]
        return next((call for call in reversed(found) if call.doing == "ringing" and not call.is_over), None)

    def queue(self, name: str) -> list[SimulatedCall]:
        return self._queues.setdefault(name, [])

    def end_conference(self, name: str) -> None:
        for participant in self.rooms.pop(name, []):
            participant.tell(Input("conference-over"))

    def fallback_of(self, call: SimulatedCall) -> str:
        config = self.numbers.get(call.to)
        return config.fallback_url if config is not None else ""

    async def left(self, call: SimulatedCall) -> None:
        """The call is over: nobody waits or confers under its name any more."""
        for waiting in self._queues.values():
            if call in waiting:
                waiting.remove(call)
