"""What all calls and texts of an account share: its numbers, the phones out there, and what went wrong."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from telephony.simulator.chaos import Chaos
from telephony.simulator.delivery import Deliverer, WebhookDelivery
from telephony.simulator.pace import Pace
from telephony.simulator.reports import Callback, Report

if TYPE_CHECKING:
    from telephony.simulator.call import Call
    from telephony.simulator.conference import Conference
    from telephony.simulator.messages import Message
    from telephony.simulator.queues import Queue
    from telephony.simulator.recordings import Recording

API_VERSION = "2010-04-01"


@dataclass
class NumberConfig:
    """Where calls and texts to a number of the account go."""

    voice_url: str = ""
    fallback_url: str = ""
    status_callback: str = ""
    sms_url: str = ""
    sms_fallback_url: str = ""
    friendly_name: str = ""


class Habit(StrEnum):
    """What a phone does by itself when it rings."""

    RINGS = "rings"
    ANSWERS = "answers"
    IS_BUSY = "is busy"
    IS_OFF = "is off"
    MAILBOX = "mailbox"


@dataclass(frozen=True)
class Text:
    """An SMS that arrived on a phone. `by_carrier`: the network's own answer to STOP and START."""

    from_: str
    to: str
    body: str
    sid: str = ""
    media: tuple[str, ...] = ()
    by_carrier: bool = False


@dataclass
class Handset:
    """A phone out there, whether it is in a call or not.

    `refuses_texts`: the error code with which texts to it come back (30003 unreachable, 30006 a landline).
    """

    number: str
    habit: Habit = Habit.RINGS
    refuses_texts: int = 0
    texts: list[Text] = field(default_factory=list)


class Exchange(Pace):
    """Calls, conferences, queues, recordings and messages are kept by SID, also when they are over or deleted.

    `opted_out`: whose phone sent STOP, and to which number of the account.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        real_time: bool = False,
        chaos: Chaos | None = None,
        start: datetime | None = None,
    ) -> None:
        super().__init__(Deliverer(auth_token, self.changed), real_time=real_time, chaos=chaos, start=start)
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.numbers: dict[str, NumberConfig] = {}
        self.calls: dict[str, Call] = {}
        self.conferences: dict[str, Conference] = {}
        self.queues: dict[str, Queue] = {}
        self.recordings: dict[str, Recording] = {}
        self.messages: dict[str, Message] = {}
        self.opted_out: set[tuple[str, str]] = set()
        self.errors: list[str] = []
        self.on_change: list[Callable[[], None]] = []
        self.api_url = ""
        self._started = self.clock.now()
        self._handsets: dict[str, Handset] = {}
        self._counts: Counter[str] = Counter()

    @property
    def deliveries(self) -> list[WebhookDelivery]:
        return self.deliverer.deliveries

    @property
    def account_url(self) -> str:
        return f"{self.api_url}/{API_VERSION}/Accounts/{self.account_sid}"

    def handset(self, number: str) -> Handset:
        return self._handsets.setdefault(number, Handset(number))

    def changed(self) -> None:
        for observer in self.on_change:
            observer()

    def complain(self, error: str) -> None:
        """Remembered: a test that went well finds none."""
        self.errors.append(error)
        self.changed()

    def new_sid(self, prefix: str) -> str:
        return prefix + self._new_id(prefix)

    def new_token(self) -> str:
        return self._new_id("token")

    def nth(self, name: str) -> str:
        """A lasting name for the next thing of this name."""
        self._counts[name] += 1
        return f"{name} #{self._counts[name]}"

    def stamp(self) -> str:
        return format_datetime(self.clock.now())

    def report(
        self,
        callback: Callback,
        event: str,
        params: dict[str, str],
        *,
        kind: str,
        subject: str,
        of: str,
        later: bool = False,
        is_essential: bool = False,
    ) -> None:
        """`later`: not before all else is still, as what takes the real network seconds."""
        report = Report(subject, of, event, kind, callback, params, self.new_token())
        if later and self.chaos is None:
            self.reports.hold(report)
        else:
            self.reports.send(report, is_essential=is_essential)

    def _new_id(self, kind: str) -> str:
        """From one start of a virtual clock the same in each run, so that two runs can be compared."""
        if self.real_time:
            return secrets.token_hex(16)
        name = f"{self.account_sid} {self._started} {self.nth(kind)}"
        return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
