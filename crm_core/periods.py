"""Periods as people write them: `90 days`, `6 months`, `2 years`."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_WRITTEN = re.compile(r"(\d{1,4}) (day|week|month|year)s?\Z")


@dataclass(frozen=True, slots=True)
class Period:
    count: int
    unit: str

    def before(self, moment: datetime) -> datetime:
        return self._moved(moment, -self.count)

    def after(self, moment: datetime) -> datetime:
        return self._moved(moment, self.count)

    def _moved(self, moment: datetime, count: int) -> datetime:
        if self.unit in {"day", "week"}:
            return moment + timedelta(days=count * (7 if self.unit == "week" else 1))
        months = moment.year * 12 + moment.month - 1 + count * (12 if self.unit == "year" else 1)
        year, month = divmod(months, 12)
        # The 31st and the 29th of February end with the shorter month.
        day = min(moment.day, calendar.monthrange(max(year, 1), month + 1)[1])
        return moment.replace(year=max(year, 1), month=month + 1, day=day)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'s' if self.count > 1 else ''}"


def read_period(text: str) -> Period:
    """Raises ValueError."""
    found = _WRITTEN.match(" ".join(text.casefold().split()))
    if found is None or not 0 < int(found[1]) <= 1200:
        raise ValueError(f"{text!r} is no period; write one like 90 days, 6 months or 2 years")
    return Period(int(found[1]), found[2])
