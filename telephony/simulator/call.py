"""One leg of a call, as the carrier knows it: who calls whom, how it stands, and whom it tells."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from telephony.simulator import recordings
from telephony.simulator.documents import NOWHERE, Goto
from telephony.simulator.exchange import API_VERSION, Exchange, Text
from telephony.simulator.phone import Interrupt, Phone
from telephony.simulator.reports import Callback

EVENT_OF = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
SIP_RESPONSE = {"completed": "200", "busy": "486", "no-answer": "487", "canceled": "487", "failed": "404"}
NOBODY = Callback()


class Redirected(Interrupt):
    def __init__(self, goto: Goto) -> None:
        super().__init__(goto.url)
        self.goto = goto


class Unanswered(Exception):
    """The call ends before anybody spoke; the text is its status."""


class Place(Protocol):
    """Where voices meet: a conference, or two who were put through."""

    def speak(self, speaker: Call, text: str) -> None: ...

    def voices(self, listener: Call) -> list[Call]: ...


class Call(Phone):
    """`number` is the phone that it rings on or is made from; `name` is the same in each run of a test."""

    def __init__(
        self,
        exchange: Exchange,
        from_: str,
        to: str,
        direction: str = "inbound",
        *,
        callback: Callback = NOBODY,
        fallback: Goto = NOWHERE,
        parent: Call | None = None,
    ) -> None:
        super().__init__(exchange, from_ if direction == "inbound" else to)
        self.exchange = exchange
        self.sid = exchange.new_sid("CA")
        self.name = exchange.nth(f"call {self.number}")
        self.from_ = from_
        self.to = to
        self.direction = direction
        self.callback = callback
        self.fallback = fallback
        self.parent = parent
        self.status = "queued"
        self.answered_by = ""
        self.extra: dict[str, str] = {}
        self.place: Place | None = None
        self.created_at = exchange.clock.now()
        self.answered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.pastime = "listening"
        # Whose callbacks are delivered before this call asks for its next document.
        self.subjects = [self.sid]
        self.documents_at_once = 0
        self.at_end: list[Callable[[], None]] = []
        self._sequence = 0

    @property
    def is_inbound(self) -> bool:
        return self.direction == "inbound"

    @property
    def texts(self) -> list[Text]:
        """The SMS that arrived on this phone."""
        return self.exchange.handset(self.number).texts

    @property
    def hears(self) -> list[str]:
        """The numbers of the people whose voice reaches this phone now."""
        if self.place is None or not self.has_signal or self.is_over:
            return []
        return [call.number for call in self.place.voices(self) if call.has_signal]

    @property
    def seconds(self) -> int:
        """From answer to end, rounded up as it is billed; 0 when nobody answered."""
        if self.answered_at is None:
            return 0
        return max(1, math.ceil(((self.ended_at or self.exchange.clock.now()) - self.answered_at).total_seconds()))

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        self.exchange.begin(self._live(work))

    def redirect(self, goto: Goto) -> None:
        self.interrupt(Redirected(goto))

    def pick_up(self) -> None:
        if self.answered_at is None:
            self.answered_at = self.exchange.clock.now()
            self.report("in-progress")

    def params(self) -> dict[str, str]:
        found = {
            "CallSid": self.sid,
            "AccountSid": self.exchange.account_sid,
            "From": self.from_,
            "To": self.to,
            "Caller": self.from_,
            "Called": self.to,
            "CallStatus": self.status,
            "Direction": self.direction,
            "ApiVersion": API_VERSION,
        }
        if self.parent is not None:
            found["ParentCallSid"] = self.parent.sid
        if self.answered_by:
            found["AnsweredBy"] = self.answered_by
        return found | self.extra

    def report(self, status: str) -> None:
        """A status callback, when this event was asked for."""
        self.status = status
        self.exchange.changed()
        event = EVENT_OF.get(status, "completed")
        if not self.callback.wants(event):
            return
        params = {
            **self.params(),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._sequence),
            "Timestamp": self.exchange.stamp(),
        }
        self._sequence += 1
        if event == "completed":
            params |= {"CallDuration": str(self.seconds), "Duration": str(math.ceil(self.seconds / 60))}
            params |= {"SipResponseCode": SIP_RESPONSE[status]} if not self.is_inbound else {}
        self.exchange.report(self.callback, event, params, kind="call", subject=self.sid, of=self.name)

    def waits(self) -> None:
        self.documents_at_once = 0
        self.exchange.changed()

    async def _live(self, work: Callable[[], Awaitable[None]]) -> None:
        final = "completed"
        try:
            await work()
        except Unanswered as unanswered:
            final = str(unanswered)
        except Interrupt:
            final = "completed" if self.status == "in-progress" else "canceled"
        except Exception as error:
            self.exchange.complain(f"{type(error).__name__}: {error}")
            final = "failed"
        self._end(final)
        await self.exchange.reports.delivered(self.sid)
        self._settled.set()

    def _end(self, status: str) -> None:
        self.ended_at = self.exchange.clock.now()
        self.doing = "ended"
        self.report(status)
        recordings.finish_all(self.exchange, call_sid=self.sid)
        for then in self.at_end:
            then()
        self.exchange.changed()
