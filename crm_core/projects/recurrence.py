"""Tasks that come again: a rule of RFC 5545, counted in the company's zone from the day it was first due."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr


class Frequency(enum.StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`every` second, third … day, week, month or year; `on_weekdays` leaves Saturday and Sunday out."""

    frequency: Frequency
    every: int = 1
    on_weekdays: bool = False

    def as_rule(self) -> str:
        days = ";BYDAY=MO,TU,WE,TH,FR" if self.on_weekdays else ""
        return f"FREQ={self.frequency};INTERVAL={self.every}{days}"


def read_rule(rule: str) -> Recurrence:
    """What `as_rule` wrote."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    return Recurrence(Frequency(parts["FREQ"]), int(parts["INTERVAL"]), "BYDAY" in parts)


def next_after(rule: str, first: datetime, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first time behind `after` that the rule gives; the clock time stays the same over the change of seasons.

    A day that a month has not (the 31st) is left out, as the RFC has it. None when there is none any more.
    """
    begin, bound = _local(first, zone), _local(after, zone)
    while True:
        found = rrulestr(rule, dtstart=begin).after(bound)
        if found is None:
            return None
        moment: datetime = found.replace(tzinfo=zone).astimezone(UTC)
        if moment > after:
            return moment
        # The hour that comes twice in autumn: its second half is behind its first on the clock, not in time.
        bound = found


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
