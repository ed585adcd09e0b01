"""Opening hours and holidays, as offhook.yml describes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, field_validator

from crm_core.company.part import Part

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LEAP_YEAR = 2028
_DAY = timedelta(days=1)
_LONGEST_NIGHT = timedelta(hours=16)

Span: TypeAlias = tuple[timedelta, timedelta]
"""Two times of day, counted from midnight on the wall clock."""


def _yearly(value: str) -> str:
    try:
        date.fromisoformat(f"{_LEAP_YEAR}-{value}")
    except ValueError as error:
        raise ValueError(f"{value} is no day; write 2026-12-24, or 12-24 for every year") from error
    return value


class Hours(Part):
    """Opening times as `mon-fri: 08:00-12:00, 13:00-18:00`, in the company's or the branch's zone.

    `region` (Bundesland) decides the holidays; a closed day is `2026-12-24`, or `12-24` for every year.
    """

    open: dict[str, str]
    region: str | None = None
    closed_days: list[date | Annotated[str, AfterValidator(_yearly)]] = []

    @field_validator("open")
    @classmethod
    def _readable(cls, value: dict[str, str]) -> dict[str, str]:
        week_of(value)
        return value

    def are_open(self, now: datetime, zone: ZoneInfo) -> bool:
        local = now.astimezone(zone).replace(tzinfo=None)
        clock = local - datetime.combine(local.date(), time())
        return any(start <= clock < end for start, end in self.spans_on(local.date()))

    def spans_on(self, day: date) -> Sequence[Span]:
        """In order and apart from each other; none on a closed day."""
        if self.are_closed_on(day):
            return ()
        return week_of(self.open)[day.weekday()]

    @property
    def are_ever_open(self) -> bool:
        return any(week_of(self.open))

    def are_closed_on(self, day: date) -> bool:
        """A holiday or another closed day, whatever day of the week it is."""
        if day in self.closed_days or f"{day:%m-%d}" in self.closed_days:
            return True
        return self.region is not None and day in holidays_of(self.region, day.year)


def week_of(rules: Mapping[str, str], *, overnight: bool = False) -> Sequence[Sequence[Span]]:
    """Per weekday the spans of `mon-fri: 08:00-12:00, 13:00-18:00`. Raises ValueError naming the unreadable rule.

    `overnight`: 22:00-06:00 goes on until the next day, and belongs to the one on which it begins.
    """
    return _week(tuple(rules.items()), overnight)


def read_spans(text: str, *, overnight: bool = False) -> Sequence[Span]:
    """Those of one day, in order. Raises ValueError."""
    return _merged([_span(part, overnight) for part in text.split(",")])


@lru_cache(maxsize=64)
def _week(rules: tuple[tuple[str, str], ...], overnight: bool) -> Sequence[Sequence[Span]]:
    week: list[list[Span]] = [[] for _ in DAYS]
    for days, hours in rules:
        first, _, last = days.partition("-")
        try:
            spans = [_span(part, overnight) for part in hours.split(",")]
            chosen = range(DAYS.index(first), DAYS.index(last or first) + 1)
        except ValueError as error:
            raise ValueError(f"{days}: {hours} is not readable; write it like mon-fri: 08:00-18:00") from error
        for day in chosen:
            week[day] += spans
    return tuple(_merged(spans) for spans in week)


def _span(text: str, overnight: bool) -> Span:
    """Until 24:00 at most, unless overnight. Raises ValueError."""
    start, end = (_clock(part.strip()) for part in text.split("-"))
    # From 14:00 to 10:00 is a slip, not a night.
    if overnight and end < start < _DAY and end + _DAY - start <= _LONGEST_NIGHT:
        return start, end + _DAY
    if not start < end <= timedelta(days=1):
        raise ValueError(text)
    return start, end


def _clock(text: str) -> timedelta:
    if text == "24:00":
        return timedelta(days=1)
    clock = time.fromisoformat(text)
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)


def _merged(spans: list[Span]) -> Sequence[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


@lru_cache(maxsize=256)
def holidays_of(region: str, year: int) -> frozenset[date]:
    """None for a region that the library does not know."""
    import holidays

    country, _, subdivision = region.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
    except NotImplementedError:
        return frozenset()
