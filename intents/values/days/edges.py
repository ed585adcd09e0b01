"""Edges of weeks, months, quarters and years: `end of next month`, `Mitte März`, `letzter Werktag im Januar`."""

from __future__ import annotations

from datetime import date, timedelta

from intents.values.days.calendar_words import MONTHS, WEEKDAY
from intents.values.days.form import (
    MONTH_WORD,
    NAMED_MONTH,
    QUARTER,
    WEEK,
    WHICH,
    WORKING_DAY,
    YEAR_WORD,
    Form,
    Found,
    form,
    later,
    unit_of,
    weekday_of,
)  # fmt: skip
from intents.values.days.spans_of_time import Edge, Unit, edge, first_day, month_later
from intents.values.days.working_days import Works, last_until, moved

FORMS: list[Form] = []

_OF = r"(?:of|in|im|des|der|vom|von)"
_EDGE = (
    r"(?:by\s|at\s|in\s|zum\s)?(?:the\s)?(?:(?P<start>start|beginning|early|anfang|beginn)|(?P<middle>middle|mid|mitte)"
    r"|(?P<end>end|late|ende))"
)
_UNIT = rf"(?P<unit>{WEEK}|{MONTH_WORD}|{QUARTER}|{YEAR_WORD})\b"
_IN_A_MONTH = rf"(?:(?:{_OF}\s)?{WHICH}\s{MONTH_WORD}\b|(?:im\s|in\sthe\s){MONTH_WORD}\b|(?:{_OF}\s)?{NAMED_MONTH})"
_NTH = (
    r"(?:the\s|am\s|den\s|der\s)?(?P<nth>first|second|third|fourth|last|erste[rnms]?|zweite[rnms]?|dritte[rnms]?"
    r"|vierte[rnms]?|letzte[rnms]?|[1-4]\.)"
)
_NTHS = {"fi": 1, "er": 1, "1.": 1, "se": 2, "zw": 2, "2.": 2, "th": 3, "dr": 3, "3.": 3, "fo": 4, "vi": 4, "4.": 4}
_COMPOUNDS = {
    "w": Unit.WEEK, "m": Unit.MONTH, "q": Unit.QUARTER, "y": Unit.YEAR, "j": Unit.YEAR,
}  # fmt: skip


def _edge(found: Found) -> Edge:
    return Edge.START if found["start"] else Edge.MIDDLE if found["middle"] else Edge.END


def _to_come(unit: Unit, which: Edge, today: date, ahead: int = 0) -> date:
    """Of this week, month …; of the next one when it is over."""
    day = edge(unit, which, today, ahead)
    return day if day >= today else edge(unit, which, today, ahead + 1)


def _year(found: Found, today: date, month: int) -> int:
    """The one that is said, else the one in which the month is not over."""
    return int(found["year"]) if found["year"] else today.year + (month < today.month)


@form(FORMS, rf"{_EDGE}\s(?:of\s|der\s|des\s)?(?:{WHICH}\s)?{_UNIT}")
def _of_a_unit(found: Found, today: date, works: Works) -> date:
    return _to_come(unit_of(found["unit"]), _edge(found), today, later(found))


@form(FORMS, rf"{_EDGE}(?:\s|-)(?:of\s)?{NAMED_MONTH}")
def _of_a_month(found: Found, today: date, works: Works) -> date:
    month = MONTHS[found["month"]]
    day = edge(Unit.MONTH, _edge(found), date(_year(found, today, month), month, 1))
    return day if day >= today or found["year"] else edge(Unit.MONTH, _edge(found), date(today.year + 1, month, 1))


@form(FORMS, rf"{_EDGE}\s(?:of\s)?(?P<year>20\d\d)(?!\d)")
def _of_a_year(found: Found, today: date, works: Works) -> date:
    return edge(Unit.YEAR, _edge(found), date(int(found["year"]), 1, 1))


@form(
    FORMS,
    rf"{_EDGE}\s(?:of\s|des\s)?(?:the\s)?(?:q(?P<quarter>[1-4])|(?P<nth>first|second|third|fourth|erste[ns]?|zweite[ns]?"
    rf"|dritte[ns]?|vierte[ns]?|[1-4]\.)\s{QUARTER})\b(?:\s(?P<year>20\d\d))?",
)
def _of_a_quarter(found: Found, today: date, works: Works) -> date:
    number = int(found["quarter"] or _NTHS[found["nth"][:2]])
    year = int(found["year"] or today.year)
    day = edge(Unit.QUARTER, _edge(found), date(year, number * 3, 1))
    return day if day >= today or found["year"] else edge(Unit.QUARTER, _edge(found), date(year + 1, number * 3, 1))


@form(
    FORMS,
    r"(?:zum\s|am\s|by\s|at\s)?(?:(?P<unit>monats|quartals|jahres|month(?:['’]?s)?[\s-]|quarter(?:['’]?s)?[\s-]|year(?:['’]?s)?[\s-])"
    r"(?:(?P<start>anfang|start)|(?P<middle>mitte)|(?P<end>ende|end))|eo(?P<short>[mqyw]))\b",
)
def _in_one_word(found: Found, today: date, works: Works) -> date:
    return _to_come(_COMPOUNDS[(found["unit"] or found["short"])[0]], _edge(found), today)


@form(FORMS, r"(?:by\s)?(?:the\s)?end\sof\s(?:the\s|this\s)?(?:working\s)?day|eod|close\sof\sbusiness|ende\sdes\stages")
def _of_today(found: Found, today: date, works: Works) -> date:
    return today


def _month(found: Found, today: date) -> date:
    """The first day of the month that is meant."""
    if found["month"]:
        month = MONTHS[found["month"]]
        return date(_year(found, today, month), month, 1)
    return first_day(Unit.MONTH, today, later(found))


@form(FORMS, rf"{_NTH}\s(?:(?P<working>{WORKING_DAY})|day|tag|(?P<weekday>{WEEKDAY}))\s{_IN_A_MONTH}")
def _nth_day(found: Found, today: date, works: Works) -> date:
    for ahead in (0, 1):
        day = _nth(found, month_later(_month(found, today), ahead), works)
        if day >= today:
            return day
    raise ValueError("it is over")


def _nth(found: Found, first: date, works: Works) -> date:
    """Of the month that begins on `first`."""
    number = -1 if found["nth"].startswith("l") else _NTHS[found["nth"][:2]]
    last = month_later(first, 1) - timedelta(days=1)
    if found["weekday"]:
        weekday = weekday_of(found["weekday"])
        if number < 0:
            return last - timedelta(days=(last.weekday() - weekday) % 7)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
    if not found["working"]:
        return last if number < 0 else first + timedelta(days=number - 1)
    return last_until(last, works) if number < 0 else moved(first - timedelta(days=1), number, works)
