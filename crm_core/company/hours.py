"""Opening hours and holidays, as offhook.yml describes them."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from pydantic import field_validator

from crm_core.company.part import Part

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Hours(Part):
    """Opening times as `mon-fri: 08:00-18:00`, in the company's zone. `region` (Bundesland) decides the holidays."""

    open: dict[str, str]
    region: str | None = None
    closed_days: list[date] = []

    @field_validator("open")
    @classmethod
    def _readable(cls, value: dict[str, str]) -> dict[str, str]:
        _spans(tuple(value.items()))
        return value

    def are_open(self, now: datetime, zone: ZoneInfo) -> bool:
        local = now.astimezone(zone)
        if local.date() in self.closed_days or _is_holiday(self.region, local.date()):
            return False
        return any(start <= local.time() < end for start, end in _spans(tuple(self.open.items()))[local.weekday()])


@lru_cache(maxsize=64)
def _spans(rules: tuple[tuple[str, str], ...]) -> list[list[tuple[time, time]]]:
    """Per weekday the open spans. Raises ValueError naming the unreadable rule."""
    week: list[list[tuple[time, time]]] = [[] for _ in DAYS]
    for days, hours in rules:
        first, _, last = days.partition("-")
        try:
            start, end = (time.fromisoformat(part.strip()) for part in hours.split("-"))
            chosen = range(DAYS.index(first), DAYS.index(last or first) + 1)
        except ValueError as error:
            raise ValueError(f"{days}: {hours} is not readable; write it like mon-fri: 08:00-18:00") from error
        for day in chosen:
            week[day].append((start, end))
    return week


@lru_cache(maxsize=1024)
def _is_holiday(region: str | None, day: date) -> bool:
    if region is None:
        return False
    import holidays

    country, _, subdivision = region.partition("-")
    return day in holidays.country_holidays(country, subdiv=subdivision or None, years=day.year)
