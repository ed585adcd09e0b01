"""One way to name a day: how it looks, in small letters and digits, and which day it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TypeAlias

from intents.values.days.calendar_words import MONTH, SHORT_WEEKDAYS, WEEKDAYS
from intents.values.days.spans_of_time import Unit
from intents.values.days.working_days import Works
from intents.values.wording import spelled

Found: TypeAlias = Mapping[str, str]
# Raises ValueError when there is no such day.
Reader: TypeAlias = Callable[[Found, date, Works], date]
Form: TypeAlias = tuple[str, Reader]
Collect: TypeAlias = Callable[[Reader], Reader]

COUNT = r"(?P<count>\d{1,3}|an?|one|eine[mnrs]?|ein|a\scouple\sof)"
DAY = r"(?:days?|tage?n?)"
WORKING_DAY = r"(?:(?:working|business|work)\s?days?|(?:arbeits|werk)tage?n?s?)"
WEEK, MONTH_WORD, YEAR_WORD = r"(?:weeks?|wochen?)", r"(?:months?|monate?n?s?)", r"(?:years?|jahre?n?s?)"
QUARTER = r"(?:quarters?|quartale?n?s?)"
NEXT = r"(?:next|coming|nächste[nrms]?|kommende[nrms]?)"
THIS = r"(?:this|the|current|diese[nrms]?|laufenden|des|der|die|dem)"
AFTER_NEXT = r"übernächste[nrms]?"
NEXT_WEEK = r"(?:next\sweek|(?:(?:in\s)?der\s)?(?:nächste[rn]?|kommende[rn]?)\swoche)"
WHICH = rf"(?:(?P<next>{NEXT})|(?P<after>{AFTER_NEXT})|{THIS})"
YEAR = r"(?P<year>20\d{2})(?!\d)"
NAMED_MONTH = rf"(?P<month>{MONTH})\.?(?:,?\s{YEAR})?"


def form(forms: list[Form], pattern: str) -> Collect:
    """Puts a reader behind those that are tried before it."""

    def collect(reader: Reader) -> Reader:
        forms.append((spelled(pattern), reader))
        return reader

    return collect


def matching(forms: list[Form]) -> list[tuple[re.Pattern[str], Reader]]:
    return [(re.compile(pattern), reader) for pattern, reader in forms]


def coming(weekday: int, today: date) -> date:
    """Always after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def weekday_of(name: str) -> int:
    return WEEKDAYS[name] if name in WEEKDAYS else SHORT_WEEKDAYS[name.rstrip(".")]


def count_of(found: Found) -> int:
    count = found["count"]
    return int(count) if count.isdigit() else 2 if "couple" in count else 1


def unit_of(word: str) -> Unit:
    return {"w": Unit.WEEK, "m": Unit.MONTH, "q": Unit.QUARTER}.get(word[0], Unit.YEAR)


def later(found: Found) -> int:
    """How many weeks, months … behind the present one."""
    return 1 if found["next"] else 2 if found["after"] else 0
