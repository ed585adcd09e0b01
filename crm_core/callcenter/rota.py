"""The rota: when somebody is at work, in a break or at home, by the shift of the company file and changes of a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm_core.agents import Presence
from crm_core.company import Shift
from crm_core.company.hours import Span, read_spans
from crm_core.support.calendar import Calendar

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """`presence` from `begin` up to `end`: available, or away in a break. The shift it belongs to began earlier."""

    begin: datetime
    end: datetime
    presence: Presence
    shift_began: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """What somebody should be since `since`; offline after the shift that began at `shift_began`."""

    presence: Presence
    since: datetime
    shift_began: datetime


def stretches(
    shift: Shift | None, calendar: Calendar, changes: Mapping[date, str], first: date, last: date
) -> list[Stretch]:
    """Of these days, in order. `changes`: by day, other hours than the shift's; "" for a day off."""
    found: list[Stretch] = []
    day = first
    while day <= last:
        for (start, end), presence in _of_day(shift, calendar, changes, day):
            begin, until = _moment(day, start, calendar.zone), _moment(day, end, calendar.zone)
            if found:
                # A night may reach into the next day's shift: nobody is planned twice.
                begin = max(begin, found[-1].end)
            before = found[-1] if found and found[-1].end == begin < until else None
            if before is not None and before.presence == presence:
                found[-1] = replace(before, end=until)
            elif begin < until:
                found.append(Stretch(begin, until, presence, before.shift_began if before is not None else begin))
        day += _DAY
    return found


def planned_at(plan: Sequence[Stretch], now: datetime) -> Planned | None:
    """None before the first shift."""
    current = next((stretch for stretch in reversed(plan) if stretch.begin <= now), None)
    if current is None:
        return None
    if now < current.end:
        return Planned(current.presence, current.begin, current.shift_began)
    return Planned(Presence.OFFLINE, current.end, current.shift_began)


def next_turn(plan: Sequence[Stretch], now: datetime) -> datetime | None:
    """When something begins or ends next."""
    moments = (moment for stretch in plan for moment in (stretch.begin, stretch.end) if moment > now)
    return min(moments, default=None)


def _of_day(
    shift: Shift | None, calendar: Calendar, changes: Mapping[date, str], day: date
) -> Iterator[tuple[Span, Presence]]:
    if day in changes:
        for span in read_spans(changes[day], overnight=True) if changes[day] else ():
            yield span, Presence.AVAILABLE
    elif shift is not None and (shift.on_closed_days or not calendar.hours.are_closed_on(day)):
        for span in shift.hours_on(day):
            yield from _with_breaks(span, shift.breaks_on(day))


def _with_breaks(span: Span, breaks: Sequence[Span]) -> Iterator[tuple[Span, Presence]]:
    at, end = span
    for begins, ends in breaks:
        begins, ends = max(begins, at), min(ends, end)
        if begins < ends:
            if at < begins:
                yield (at, begins), Presence.AVAILABLE
            yield (begins, ends), Presence.AWAY
            at = ends
    if at < end:
        yield (at, end), Presence.AVAILABLE


def _moment(day: date, clock: timedelta, zone: ZoneInfo) -> datetime:
    """By the clock on the wall, also on the days on which it is changed."""
    return (datetime.combine(day, time()) + clock).replace(tzinfo=zone).astimezone(UTC)
