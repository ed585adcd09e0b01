"""Days counted from today: `übermorgen`, `next Tuesday`, `Monday week`, `in 3 working days`, `three days ago`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from intents.values.days.calendar_words import SHORT_ENGLISH, SHORT_GERMAN, WEEKDAY, WEEKDAYS
from intents.values.days.form import (
    AFTER_NEXT,
    COUNT,
    DAY,
    MONTH_WORD,
    NEXT,
    NEXT_WEEK,
    QUARTER,
    WEEK,
    WORKING_DAY,
    YEAR_WORD,
    Form,
    Found,
    coming,
    count_of,
    form,
    unit_of,
    weekday_of,
)  # fmt: skip
from intents.values.days.spans_of_time import Edge, Unit, edge, first_day, month_later
from intents.values.days.working_days import Works, moved

FORMS: list[Form] = []
PAST_FORMS: list[Form] = []

_UNIT = rf"(?P<unit>{WORKING_DAY}|{DAY}|{WEEK}|{MONTH_WORD}|{QUARTER}|{YEAR_WORD})\b"
_BASE = rf"(?P<base>today|tomorrow|now|heute|morgen|übermorgen|jetzt|(?:{NEXT}\s)?(?:{WEEKDAY}))\b"
_NAMES = {
    "today": 0, "heute": 0, "tomorrow": 1, "morgen": 1, "übermorgen": 2, "uebermorgen": 2, "now": 0, "jetzt": 0,
    "yesterday": -1, "gestern": -1, "vorgestern": -2,
}  # fmt: skip


def _after(day: date, count: int, unit: str, works: Works) -> date:
    if re.fullmatch(WORKING_DAY, unit):
        return moved(day, count, works)
    if unit.startswith(("d", "t")):
        return day + timedelta(days=count)
    match unit_of(unit):
        case Unit.WEEK:
            return day + timedelta(days=7 * count)
        case Unit.MONTH:
            return month_later(day, count)
        case Unit.QUARTER:
            return month_later(day, 3 * count)
        case Unit.YEAR:
            return month_later(day, 12 * count)


def _base(found: Found, today: date) -> date:
    base = found["base"].split()[-1]
    return coming(WEEKDAYS[base], today) if base in WEEKDAYS else today + timedelta(days=_NAMES[base])


@form(FORMS, rf"{_BASE}\sin\s{COUNT}\s{_UNIT}")
def _from_a_day(found: Found, today: date, works: Works) -> date:
    return _after(_base(found, today), count_of(found), found["unit"], works)


@form(FORMS, rf"(?:in\s)?{COUNT}\s{_UNIT}\s(?:from|after|on|ab)\s{_BASE}")
def _counted_from_a_day(found: Found, today: date, works: Works) -> date:
    return _after(_base(found, today), count_of(found), found["unit"], works)


@form(FORMS, rf"{_BASE}\sweek\b")
def _week_behind(found: Found, today: date, works: Works) -> date:
    return _base(found, today) + timedelta(days=7)


@form(FORMS, rf"(?P<weekday>{WEEKDAY})\s(?:of\s)?{NEXT_WEEK}")
@form(FORMS, rf"{NEXT_WEEK}\s(?:on\s|am\s)?(?P<weekday>{WEEKDAY})")
def _of_next_week(found: Found, today: date, works: Works) -> date:
    return first_day(Unit.WEEK, today, 1) + timedelta(days=weekday_of(found["weekday"]))


@form(FORMS, rf"{AFTER_NEXT}\s(?P<weekday>{WEEKDAY})|(?P<weekday_2>{WEEKDAY})\safter\snext")
def _behind_the_next(found: Found, today: date, works: Works) -> date:
    return coming(weekday_of(found["weekday"] or found["weekday_2"]), today) + timedelta(days=7)


@form(FORMS, rf"(?:the\sweek\safter\snext|{AFTER_NEXT}\swoche),?\s(?:on\s|am\s)?(?P<weekday>{WEEKDAY})")
def _of_the_week_after_next(found: Found, today: date, works: Works) -> date:
    return first_day(Unit.WEEK, today, 2) + timedelta(days=weekday_of(found["weekday"]))


@form(FORMS, rf"(?:in\s(?:der\s)?)?{AFTER_NEXT}\s(?P<unit>{WEEK}|{MONTH_WORD}|{YEAR_WORD})\b")
@form(FORMS, rf"the\s(?P<unit>{WEEK}|{MONTH_WORD}|{YEAR_WORD})\safter\snext")
def _one_behind_the_next(found: Found, today: date, works: Works) -> date:
    return first_day(unit_of(found["unit"]), today, 2)


@form(FORMS, rf"(?:in|within|innerhalb\svon|binnen)\s(?:the\snext\s|den\snächsten\s)?{COUNT}\s{_UNIT}(?:['’]?\stime)?")
def _counted(found: Found, today: date, works: Works) -> date:
    return _after(today, count_of(found), found["unit"], works)


@form(FORMS, r"in\s(?:half\sa\syear|einem\shalben\sjahr)")
def _half_a_year(found: Found, today: date, works: Works) -> date:
    return month_later(today, 6)


@form(FORMS, r"(?:in\s)?(?:der\s)?(?:kw|kalenderwoche|(?:calendar\s)?week)\s?(?P<number>[1-9]|[1-4]\d|5[0-3])\b")
def _numbered_week(found: Found, today: date, works: Works) -> date:
    """Its Monday; a week that is over is one of next year."""
    monday = date.fromisocalendar(today.isocalendar().year, int(found["number"]), 1)
    is_over = monday + timedelta(days=6) < today
    return date.fromisocalendar(monday.year + 1, int(found["number"]), 1) if is_over else monday


@form(FORMS, r"in\sa\sfortnight|a\sfortnight\s(?:today|from\stoday|from\snow)")
def _fortnight(found: Found, today: date, works: Works) -> date:
    return today + timedelta(days=14)


@form(FORMS, rf"(?:the\s|am\s|den\s)?{NEXT}\s{WORKING_DAY}\b")
def _next_working_day(found: Found, today: date, works: Works) -> date:
    return moved(today, 1, works)


@form(FORMS, r"(?:the\s)?day\safter\stomorrow|übermorgen\b")
def _in_two_days(found: Found, today: date, works: Works) -> date:
    return today + timedelta(days=2)


@form(FORMS, r"(?P<name>today|heute|tomorrow|morgen)\b")
def _named(found: Found, today: date, works: Works) -> date:
    return today + timedelta(days=_NAMES[found["name"]])


@form(FORMS, rf"(?P<this>this|diese[nrms]?)\s(?P<weekday>{WEEKDAY})\b")
def _this_weekday(found: Found, today: date, works: Works) -> date:
    weekday = weekday_of(found["weekday"])
    return today if weekday == today.weekday() else coming(weekday, today)


@form(FORMS, rf"(?:{NEXT}\s)?(?P<weekday>{WEEKDAY})")
@form(
    FORMS,
    rf"(?:on|by|until|next)\s(?P<weekday>{SHORT_ENGLISH})\b\.?|(?:am|bis|nächsten)\s(?P<weekday_2>{SHORT_GERMAN})\b\.?",
)
@form(
    FORMS, rf"(?P<weekday>{SHORT_ENGLISH}|{SHORT_GERMAN})\b\.?(?=,?\s(?:at\s|um\s)?\d{{1,2}}(?:[:.]|\s?(?:uhr|[ap]m)))"
)
def _weekday(found: Found, today: date, works: Works) -> date:
    return coming(weekday_of(found["weekday"] or found["weekday_2"]), today)


@form(FORMS, r"(?:(?:at|on|this|next|over)\s(?:the\s)?|am\s|the\s|dieses\s|nächstes\s|übers\s)(?:weekend|wochenende)")
def _weekend(found: Found, today: date, works: Works) -> date:
    return today if today.weekday() == 5 else coming(5, today)


@form(FORMS, r"(?:the\s)?(?:weekend|wochenende)")
def _until_the_weekend(found: Found, today: date, works: Works) -> date:
    return today if today.weekday() == 4 else coming(4, today)


@form(FORMS, rf"(?:(?:in\s)?(?:der\s|the\s)?|im\s){NEXT}\s(?P<unit>{WEEK}|{MONTH_WORD}|{QUARTER}|{YEAR_WORD})\b")
def _next_unit(found: Found, today: date, works: Works) -> date:
    return first_day(unit_of(found["unit"]), today, 1)


@form(FORMS, rf"(?:in\s|im\s)?(?:this|diese[nrms]?|laufenden)\s(?P<unit>{WEEK}|{MONTH_WORD}|{QUARTER}|{YEAR_WORD})\b")
def _within_this_unit(found: Found, today: date, works: Works) -> date:
    return edge(unit_of(found["unit"]), Edge.END, today)


@form(PAST_FORMS, rf"vor\s{COUNT}\s{_UNIT}")
@form(PAST_FORMS, rf"{COUNT}\s{_UNIT}\sago")
def _ago(found: Found, today: date, works: Works) -> date:
    return _after(today, -count_of(found), found["unit"], works)


@form(PAST_FORMS, r"(?P<two>(?:the\s)?day\sbefore\syesterday|vorgestern)|yesterday|gestern")
def _days_ago(found: Found, today: date, works: Works) -> date:
    return today - timedelta(days=2 if found["two"] else 1)


@form(PAST_FORMS, rf"(?:last|letzte[nrms]?|vergangene[nrms]?|vorige[nrms]?)\s(?P<weekday>{WEEKDAY})\b")
def _last_weekday(found: Found, today: date, works: Works) -> date:
    return coming(weekday_of(found["weekday"]), today - timedelta(days=8))
