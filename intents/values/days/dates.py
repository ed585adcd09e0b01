"""Dates of the calendar: `3. Dezember`, `the first of May`, `3.12.26`, `2026-12-01`, `am 3.`, `Friday, 4 December`.

`12/1` is no date: in two countries it is two of them; `25/12` is one wherever it is written.
"""

from __future__ import annotations

import re
from datetime import date

from intents.values.days.calendar_words import MONTH, MONTHS, WEEKDAY
from intents.values.days.form import MONTH_WORD, NAMED_MONTH, WHICH, YEAR, Form, Found, form, later, weekday_of
from intents.values.days.spans_of_time import Unit, first_day
from intents.values.days.working_days import Works

FORMS: list[Form] = []

_D = r"(?P<day>3[01]|[12]\d|0?[1-9])"
_TH = r"(?:st|nd|rd|th|\.)"
_ON = rf"(?:(?P<weekday>{WEEKDAY}),?\s(?:(?:the|der|den|dem|am)\s)?)?"
# `2.5 hours` is no second of May.
_NO_DECIMAL = (
    r"(?!\s?(?:[€$£%]|(?:h|hours?|hrs?|std|stunden?|days?|tage?n?|weeks?|wochen|eur|euros?|k|percent|prozent|mio|million"
    r"|x|mal|kg|m|km|l|liter)\b))"
)
_ARTICLE = r"(?:(?:the|der|den|dem)\s)?"
_FEASTS = {
    (12, 24): ("christmas eve", "heiligabend", "heilig abend"),
    (12, 25): ("christmas day", "christmas", "weihnachten", "1. weihnachtstag"),
    (12, 26): ("boxing day", "2. weihnachtstag"),
    (12, 31): ("new year's eve", "new years eve", "silvester"),
    (1, 1): ("new year's day", "new years day", "neujahr"),
}
_FEAST_OF = {name: day for day, names in _FEASTS.items() for name in names}
_FEAST = "|".join(sorted((re.escape(name).replace(r"\ ", r"\s") for name in _FEAST_OF), key=len, reverse=True))


def _next(found: Found, today: date, month: int, day: int) -> date:
    """Without a year the next one that comes. Raises ValueError when the weekday is another one, or there is no such
    day."""
    year = found.get("year") or found.get("short_year")
    if year:
        return _checked(found, date(int(year) + (2000 if len(year) == 2 else 0), month, day))
    # The 29th of February may be years away.
    for ahead in range(9):
        try:
            chosen = date(today.year + ahead, month, day)
        except ValueError:
            if (month, day) != (2, 29):
                raise
            continue
        if chosen >= today:
            return _checked(found, chosen)
    raise ValueError("no such day")


def _checked(found: Found, day: date) -> date:
    if found.get("weekday") and weekday_of(found["weekday"]) != day.weekday():
        raise ValueError("another day of the week")
    return day


@form(FORMS, rf"(?:am\s|on\s)?(?P<feast>{_FEAST})\b")
def _feast(found: Found, today: date, works: Works) -> date:
    return _next(found, today, *_FEAST_OF[found["feast"]])


@form(FORMS, r"(?P<year>(?:19|20|21)\d\d)-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)")
def _iso(found: Found, today: date, works: Works) -> date:
    return date(int(found["year"]), int(found["month"]), int(found["day"]))


@form(FORMS, rf"{_ON}{_ARTICLE}{_D}{_TH}?\s?(?:of\s)?{NAMED_MONTH}")
@form(FORMS, rf"{_ON}(?P<month>{MONTH})\.?\s(?:the\s)?{_D}{_TH}?(?!\w|:|\s?uhr)(?:,?\s{YEAR})?")
def _named(found: Found, today: date, works: Works) -> date:
    return _next(found, today, MONTHS[found["month"]], int(found["day"]))


@form(
    FORMS,
    rf"(?<!version )(?<!release ){_ON}{_ARTICLE}{_D}\."
    rf"(?:(?P<month>1[0-2]|0?[1-9])(?:\.(?:(?P<year>20\d\d)|(?P<short_year>\d\d))?|{_NO_DECIMAL})"
    r"|\s(?P<month_2>1[0-2]|0?[1-9])\.(?:\s?(?P<year_2>20\d\d))?)(?!\d|:|\s?uhr)",
)
def _numeric(found: Found, today: date, works: Works) -> date:
    said = {**found, "year": found["year"] or found["year_2"]}
    return _next(said, today, int(found["month"] or found["month_2"]), int(found["day"]))


@form(FORMS, r"(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<year>20\d\d))?(?![\d/])")
def _slashed(found: Found, today: date, works: Works) -> date:
    first, second = int(found["first"]), int(found["second"])
    if first <= 12 and second <= 12 and first != second:
        raise ValueError("a day and a month, or a month and a day")
    return _next(found, today, min(first, second), max(first, second))


@form(FORMS, rf"(?:am|on|den|dem|der|the|zum|vom)\s(?:the\s)?{_D}{_TH}\s?(?:of\s|des\s|im\s)?{WHICH}\s{MONTH_WORD}\b")
def _of_a_month(found: Found, today: date, works: Works) -> date:
    return first_day(Unit.MONTH, today, later(found)).replace(day=int(found["day"]))


@form(FORMS, rf"(?:am|on|den|dem|der|the|zum|vom)\s(?:the\s)?{_D}{_TH}(?!\w|\s?\d{{1,2}}\.)")
@form(FORMS, rf"(?P<weekday>{WEEKDAY}),?\s(?:the|der|den|dem|am)\s{_D}{_TH}(?!\w|\s?\d{{1,2}}\.)")
def _of_whatever_month(found: Found, today: date, works: Works) -> date:
    for ahead in range(3 if not found.get("weekday") else 2):
        first = first_day(Unit.MONTH, today, ahead)
        try:
            day = first.replace(day=int(found["day"]))
            if day >= today:
                return _checked(found, day)
        except ValueError:
            continue
    raise ValueError("no such day")
