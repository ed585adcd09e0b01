"""Calls that wait in the network, one behind the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from telephony.simulator.bridge import Bridge
from telephony.simulator.call import Call
from telephony.simulator.documents import Goto
from telephony.simulator.exchange import Exchange
from telephony.simulator.phone import Interrupt

MAX_SIZE = 1000


class Dequeued(Interrupt):
    """Somebody dialled the queue. `first`: what the caller hears before they are put through."""

    def __init__(self, bridge: Bridge, first: Goto | None) -> None:
        super().__init__()
        self.bridge = bridge
        self.first = first


@dataclass(eq=False)
class Member:
    call: Call
    since: datetime
    left_at: datetime | None = None

    @property
    def seconds(self) -> int:
        return int(((self.left_at or self.call.exchange.clock.now()) - self.since).total_seconds())


@dataclass(eq=False)
class Queue:
    sid: str
    name: str
    created_at: datetime
    max_size: int = MAX_SIZE
    members: list[Member] = field(default_factory=list)
    dialling: list[Call] = field(default_factory=list)

    @property
    def average_seconds(self) -> int:
        return sum(member.seconds for member in self.members) // len(self.members) if self.members else 0

    def join(self, call: Call) -> Member:
        """Whoever dialled the empty queue is told."""
        member = Member(call, call.exchange.clock.now())
        self.members.append(member)
        if self.dialling:
            self.dialling[0].interrupt(SomebodyWaits())
        return member

    def leave(self, member: Member) -> None:
        if member in self.members:
            self.members.remove(member)
            member.left_at = member.call.exchange.clock.now()

    def find(self, which: str) -> Member | None:
        """By CallSid, or `Front`."""
        if which == "Front":
            return self.members[0] if self.members else None
        return next((member for member in self.members if member.call.sid == which), None)

    def params(self, member: Member) -> dict[str, str]:
        """What a document for a waiting caller is asked with."""
        return {
            "QueuePosition": str(self.members.index(member) + 1),
            "CurrentQueueSize": str(len(self.members)),
            "MaxQueueSize": str(self.max_size),
            "QueueTime": str(member.seconds),
            "AvgQueueTime": str(self.average_seconds),
            "QueueSid": self.sid,
        }


class SomebodyWaits(Interrupt):
    """In a queue that was empty when it was dialled."""


def find(exchange: Exchange, name: str) -> Queue | None:
    return next((queue for queue in exchange.queues.values() if queue.name == name), None)


def find_or_make(exchange: Exchange, name: str) -> Queue:
    found = find(exchange, name)
    if found is None:
        found = Queue(exchange.new_sid("QU"), name, exchange.clock.now())
        exchange.queues[found.sid] = found
    return found
