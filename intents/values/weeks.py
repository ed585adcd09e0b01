"""Weeks of the calendar, and how often something comes again: `KW 48`, `last week`, `every 2 weeks`, `werktags`."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from crm_core.errors import Invalid
from crm_core.projects.recurrence import Frequency, Recurrence
from intents.values.due import plain
from intents.values.wording import either, spelled

_LAST_WEEK = either(["last week", "letzte woche", "letzter woche", "vorige woche", "voriger woche"])
_THIS_WEEK = either(["this week", "diese woche", "dieser woche"])
WEEK_PATTERN = rf"(?:{_LAST_WEEK}|{_THIS_WEEK}|(?:calendar\s)?(?:week|woche|kw|kalenderwoche)\s?\d{{1,2}})(?!\w)"

_UNITS = {
    Frequency.DAILY: ("daily", "täglich", "day", "days", "tag", "tage"),
    Frequency.WEEKLY: ("weekly", "wöchentlich", "week", "weeks", "woche", "wochen"),
    Frequency.MONTHLY: ("monthly", "monatlich", "month", "months", "monat", "monate"),
    Frequency.YEARLY: ("yearly", "jährlich", "year", "years", "jahr", "jahre"),
}
_FIXED = {
    "fortnightly": Recurrence(Frequency.WEEKLY, 2), "vierzehntägig": Recurrence(Frequency.WEEKLY, 2),
    "zweiwöchentlich": Recurrence(Frequency.WEEKLY, 2), "quarterly": Recurrence(Frequency.MONTHLY, 3),
    "vierteljährlich": Recurrence(Frequency.MONTHLY, 3), "halbjährlich": Recurrence(Frequency.MONTHLY, 6),
    "every quarter": Recurrence(Frequency.MONTHLY, 3), "jedes quartal": Recurrence(Frequency.MONTHLY, 3),
    "annually": Recurrence(Frequency.YEARLY),
}  # fmt: skip
_ADVERBS = either(words[index] for words in _UNITS.values() for index in (0, 1))
_NOUNS = either(word for words in _UNITS.values() for word in words[2:])
_EVERY = r"(?:every|each|alle|jeden|jede|jedes)"
_ON_WEEKDAYS = either(["every weekday", "each weekday", "on weekdays", "werktags", "jeden werktag", "an werktagen"])
_OTHER = {
    "other": 2, "second": 2, "third": 3, "fourth": 4, "zweiten": 2, "zweite": 2, "zweites": 2, "dritten": 3,
    "dritte": 3, "vierten": 4, "vierte": 4,
}  # fmt: skip
REPEAT_PATTERN = (
    rf"(?:{_ON_WEEKDAYS}|{either(_FIXED)}|{_ADVERBS}"
    rf"|{_EVERY}\s(?:\d{{1,3}}\s|(?:{either(_OTHER)})\s)?(?:{_NOUNS}))(?!\w)"
)
MOST_EVERY = 99


def read_week(text: str, now: datetime) -> date:
    """Its Monday. A number that is still to come this year is last year's. Raises Invalid."""
    monday = now.date() - timedelta(days=now.weekday())
    words = plain(text)
    if re.fullmatch(_LAST_WEEK, words):
        return monday - timedelta(days=7)
    numbered = re.search(r"\d{1,2}$", words)
    if numbered is None:
        return monday
    year = now.isocalendar().year
    try:
        found = date.fromisocalendar(year, int(numbered[0]), 1)
        return found if found <= monday else date.fromisocalendar(year - 1, int(numbered[0]), 1)
    except ValueError:
        raise Invalid("week.invalid", text=text.strip()[:40]) from None


def read_repetition(text: str) -> Recurrence:
    """Raises Invalid."""
    words = plain(text)
    if re.fullmatch(_ON_WEEKDAYS, words):
        return Recurrence(Frequency.DAILY, on_weekdays=True)
    fixed = next((rule for name, rule in _FIXED.items() if re.fullmatch(spelled(name), words)), None)
    if fixed is not None:
        return fixed
    last = words.split()[-1] if words else ""
    unit = next((unit for unit, names in _UNITS.items() if any(re.fullmatch(spelled(n), last) for n in names)), None)
    counted = re.search(r"\d{1,3}", words)
    every = int(counted[0]) if counted else next((n for word, n in _OTHER.items() if word in words.split()), 1)
    if unit is None or not 0 < every <= MOST_EVERY:
        raise Invalid("repeat.invalid", text=text.strip()[:40])
    return Recurrence(unit, every)
