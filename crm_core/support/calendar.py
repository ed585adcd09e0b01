"""Business time: how much of it lies between two moments, and when so much of it will have gone by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from crm_core.company import Company, Hours

LONGEST_WAIT = timedelta(days=3660)
# Every zone is between twelve hours behind and fourteen ahead of UTC.
_EASTERNMOST, _WESTERNMOST = timedelta(hours=14), timedelta(hours=-12)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    hours: Hours
    zone: ZoneInfo

    def between(self, start: datetime, end: datetime) -> timedelta:
        """None of it when `end` is not after `start`."""
        total = timedelta()
        for opens, closes in self._open_from(start, end):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def after(self, moment: datetime, span: timedelta) -> datetime:
        """The first moment at which `span` of business time has gone by. Raises ValueError when that is in ten years
        or never."""
        if span <= timedelta():
            return moment
        left = span
        for opens, closes in self._open_from(moment, moment + LONGEST_WAIT):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        raise ValueError(f"these hours have no {span} of business time after {moment}")

    def _open_from(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open spans that end after `start`, the first one cut there; some may lie after `end`."""
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self._open_on(day):
                if closes > start:
                    yield max(opens, start), closes
            day += _DAY

    def _open_on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """On the day that a clock is set back, a span that holds the hour between may be two."""
        spans = self.hours.spans_on(day)
        if not spans:
            return
        midnight = datetime.combine(day, time(), UTC)
        for since, until, offset in _offsets(self.zone, day):
            for start, end in spans:
                opens, closes = max(midnight + start - offset, since), min(midnight + end - offset, until)
                if opens < closes:
                    yield opens, closes


def calendar_of(company: Company, branch: str | None = None) -> Calendar:
    """The branch's own hours and zone, and the company's where it has none."""
    place = company.branches[branch] if branch is not None else None
    hours = place.hours if place is not None and place.hours is not None else company.hours
    zone = ZoneInfo(place.time_zone) if place is not None and place.time_zone is not None else company.zone
    return Calendar(hours, zone)


@lru_cache(maxsize=4096)
def _offsets(zone: ZoneInfo, day: date) -> Sequence[tuple[datetime, datetime, timedelta]]:
    """From when until when, in UTC, which offset holds while it may be that day in the zone: one, or two when the
    clocks are changed."""
    midnight = datetime.combine(day, time(), UTC)
    first, last = midnight - _EASTERNMOST, midnight + _DAY - _WESTERNMOST
    before, behind = _offset(zone, first), _offset(zone, last)
    if before == behind:
        return ((first, last, before),)
    early, late = first, last
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        early, late = (middle, late) if _offset(zone, middle) == before else (early, middle)
    return ((first, late, before), (late, last, behind))


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
