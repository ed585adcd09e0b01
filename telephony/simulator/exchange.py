"""What every call shares with the others: numbers, queues, rooms, and the record of what was delivered and asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from telephony.simulator.delivery import Deliverer, WebhookDelivery


@dataclass
class NumberConfig:
    """Where calls to a number of the account go."""

    voice_url: str = ""
    fallback_url: str = ""
    status_callback: str = ""


@dataclass(frozen=True)
class Input:
    """What a person (press, say, begin, wait, hang-up) or the network (redirect, conference-over) does."""

    kind: str
    value: str = ""


class Party(Protocol):
    """One call, as the others know it."""

    def tell(self, given: Input) -> None: ...


class Exchange:
    """With `real_time` prompts and pauses take their time; without it only `call.wait()` lets time pass."""

    def __init__(self, account_sid: str, auth_token: str, *, real_time: bool = False) -> None:
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.real_time = real_time
        self.numbers: dict[str, NumberConfig] = {}
        self.rooms: dict[str, list[Party]] = {}
        self.errors: list[str] = []
        self.on_change: list[Callable[[], None]] = []
        self.deliverer = Deliverer(auth_token, self.changed)
        self.api_url = ""
        self._queues: dict[str, list[Party]] = {}

    @property
    def deliveries(self) -> list[WebhookDelivery]:
        return self.deliverer.deliveries

    def changed(self) -> None:
        for observer in self.on_change:
            observer()

    def queue(self, name: str) -> list[Party]:
        return self._queues.setdefault(name, [])

    def end_conference(self, name: str) -> None:
        for participant in self.rooms.pop(name, []):
            participant.tell(Input("conference-over"))

    def leave(self, party: Party) -> None:
        """The call is over: nobody waits under its name any more."""
        for waiting in self._queues.values():
            if party in waiting:
                waiting.remove(party)
