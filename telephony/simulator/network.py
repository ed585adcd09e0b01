"""The network: who calls and texts whom, and what was asked of it over its REST interface."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# Each of these registers the verbs that it carries out.
from telephony.simulator import dial, enqueue, gather, messages, record, script, spoken, texting  # noqa: F401
from telephony.simulator.call import Call
from telephony.simulator.chaos import Chaos
from telephony.simulator.delivery import WebhookDelivery
from telephony.simulator.documents import Goto
from telephony.simulator.exchange import Exchange
from telephony.simulator.messages import Message
from telephony.simulator.reports import Callback


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
    """Without `real_time` the clock stands still (from `start`, else from now on) until `advance` moves it.

    `simulator_key` opens the routes by which a person's phone is played from outside. `errors` lists what the product
    did that the real network would refuse, or that this one does not know.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        real_time: bool = False,
        simulator_key: str = "",
        chaos: Chaos | None = None,
        start: datetime | None = None,
    ) -> None:
        super().__init__(account_sid, auth_token, real_time=real_time, chaos=chaos, start=start)
        self.simulator_key = simulator_key
        self.requests: list[RestRequest] = []
        self.failures: list[Failure] = []
        self.deleted_recordings: list[str] = []

    def fail_next(self, status: int = 429, code: int = 20429, *, drop: bool = False) -> None:
        """The next request that would change something: refused, or carried out without an answer."""
        self.failures.append(Failure(status, code, drop))

    async def redeliver(self, delivery: WebhookDelivery) -> WebhookDelivery:
        """The same request with the same token."""
        return await self.deliverer.send(
            delivery.url, delivery.params, delivery.token, method=delivery.method, kind=delivery.kind
        )

    async def dial(self, from_: str, to: str) -> Call:
        """Somebody calls a number of the account. Returns at rest, as each action of the phone does."""
        config = self.numbers[to]
        callback = Callback(config.status_callback)
        call = Call(self, from_, to, callback=callback, fallback=Goto(config.fallback_url))
        self.calls[call.sid] = call
        call.status = "ringing"
        call.start(lambda: script.run(call, Goto(config.voice_url)))
        if self.real_time:
            await call.settled()
        else:
            await self.settle()
        return call

    async def text(self, from_: str, to: str, body: str, media: tuple[str, ...] = ()) -> Message:
        """Somebody sends an SMS to a number of the account."""
        message = messages.make(self, from_, to, body, "inbound", media=media)
        message.status = "received"
        with self.stillness.busy():
            await texting.receive(self, message)
        if not self.real_time:
            await self.settle()
        return message

    def phone(self, number: str) -> Call:
        """The newest call on this phone that is not over. Raises LookupError when there is none."""
        found = [call for call in self.calls.values() if call.number == number and not call.is_over]
        if not found:
            raise LookupError(f"there is no call on the phone {number}")
        return found[-1]

    def ringing(self, number: str) -> Call | None:
        """The newest call that rings on this phone."""
        found = [call for call in self.calls.values() if call.to == number and not call.is_inbound]
        return next((call for call in reversed(found) if call.doing == "ringing" and not call.is_over), None)
