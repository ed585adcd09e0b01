"""The network: who calls whom, and what was asked of it over its REST interface."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.simulator import twiml
from telephony.simulator.call import SimulatedCall, new_sid
from telephony.simulator.delivery import WebhookDelivery
from telephony.simulator.exchange import Exchange


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


class Network(Exchange):
    """`simulator_key` opens the routes by which a person's phone is played from outside."""

    def __init__(self, account_sid: str, auth_token: str, *, real_time: bool = False, simulator_key: str = "") -> None:
        super().__init__(account_sid, auth_token, real_time=real_time)
        self.simulator_key = simulator_key
        self.calls: dict[str, SimulatedCall] = {}
        self.requests: list[RestRequest] = []
        self.texts: list[dict[str, str]] = []
        self.deleted_recordings: list[str] = []
        self.failures: list[Failure] = []

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
