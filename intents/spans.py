"""Lengths of time, weeks and repetitions as people write them in chat, in English and German."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, TypeAlias

from crm_core.errors import Invalid
from crm_core.projects.recurrence import Frequency, Recurrence
from intents.dates import DAY_PATTERN, read_due
from intents.slot import Heard, Slot

_HOUR = r"(?:h|hours?|hrs?|std\.?|stunden?)"
_MINUTE = r"(?:m|min|mins|minutes?|minuten?)"
_DAY = r"(?:days?|tage?n?)"
_CLOCKED = r"\d{1,2}:[0-5]\d(?:\s?h)?"
_SPELLED = rf"\d{{1,4}}(?:[.,]\d{{1,2}})?\s?{_HOUR}(?:\s?(?:and|und)?\s?\d{{1,2}}\s?{_MINUTE})?|\d{{1,4}}\s?{_MINUTE}"
_UNITS = {
    Frequency.DAILY: ("daily", "täglich", "day", "days", "tag", "tage"),
    Frequency.WEEKLY: ("weekly", "wöchentlich", "week", "weeks", "woche", "wochen"),
    Frequency.MONTHLY: ("monthly", "monatlich", "month", "months", "monat", "monate"),
    Frequency.YEARLY: ("yearly", "jährlich", "year", "years", "jahr", "jahre"),
}
_ADVERBS = "|".join(words[index] for words in _UNITS.values() for index in (0, 1))
_NOUNS = "|".join(sorted((word for words in _UNITS.values() for word in words[2:]), key=len, reverse=True))
_EVERY = r"(?:every|each|alle|jeden|jede|jedes)"
_ON_WEEKDAYS = r"(?:every|each) weekday|on weekdays|werktags|jeden werktag|an werktagen"
_OTHER = {"other": 2, "second": 2, "third": 3, "zweiten": 2, "zweite": 2, "dritten": 3, "dritte": 3}
_LAST_WEEK = ("last week", "letzte woche", "letzter woche", "vorige woche")
_THIS_WEEK = ("this week", "diese woche", "dieser woche")
MOST_EVERY = 99
_UNTIL = "until|till|to|bis|-|–"
_SPAN_OF_DAYS = re.compile(rf"(?P<first>{DAY_PATTERN})\s+(?:{_UNTIL})\s+(?:zum\s+)?(?P<last>{DAY_PATTERN})")


def _minutes(text: str, _heard: Heard) -> int:
    """`1:30`, `1,5 h`, `1 h 15 min`, `45 minutes`."""
    words = " ".join(text.casefold().split())
    if clocked := re.fullmatch(r"(\d{1,2}):(\d\d)(?:\s?h)?", words):
        return int(clocked[1]) * 60 + int(clocked[2])
    if hours := re.fullmatch(rf"(\d{{1,4}}(?:[.,]\d{{1,2}})?)\s?{_HOUR}(?:.*?(\d{{1,2}})\s?{_MINUTE})?", words):
        return round(float(hours[1].replace(",", ".")) * 60) + int(hours[2] or 0)
    if minutes := re.fullmatch(rf"(\d{{1,4}})\s?{_MINUTE}", words):
        return int(minutes[1])
    raise Invalid("duration.invalid", text=text.strip()[:40])


def _lead(text: str, heard: Heard) -> int:
    """Also in days, and `an hour`."""
    words = re.sub(r"^(?:an?|one|eine[nr]?|ein)\s", "1 ", " ".join(text.casefold().split()))
    if days := re.fullmatch(rf"(\d{{1,3}})\s?{_DAY}", words):
        return int(days[1]) * 24 * 60
    return _minutes(words, heard)


def _day(text: str, heard: Heard) -> date:
    words = text.casefold().strip()
    today = heard.now.date()
    if words in {"yesterday", "gestern"}:
        return today - timedelta(days=1)
    day = read_due(text, heard.now).date()
    # Work is logged for what is past: on a Wednesday, Monday is the one that was.
    return day - timedelta(days=7) if today < day <= today + timedelta(days=7) else day


def _week(text: str, heard: Heard) -> date:
    """Its Monday. A number that is still to come this year is last year's."""
    monday = heard.now.date() - timedelta(days=heard.now.weekday())
    words = " ".join(text.casefold().split())
    if words in _LAST_WEEK:
        return monday - timedelta(days=7)
    numbered = re.search(r"\d{1,2}$", words)
    if numbered is None:
        return monday
    year = heard.now.isocalendar().year
    try:
        found = date.fromisocalendar(year, int(numbered[0]), 1)
        return found if found <= monday else date.fromisocalendar(year - 1, int(numbered[0]), 1)
    except ValueError:
        raise Invalid("week.invalid", text=text.strip()[:40]) from None


def _repetition(text: str, _heard: Heard) -> Recurrence:
    words = " ".join(text.casefold().split())
    if re.fullmatch(_ON_WEEKDAYS, words):
        return Recurrence(Frequency.DAILY, on_weekdays=True)
    unit = next((unit for unit, names in _UNITS.items() if words.split()[-1] in names), None)
    counted = re.search(r"\d{1,3}", words)
    every = int(counted[0]) if counted else next((n for word, n in _OTHER.items() if word in words.split()), 1)
    if unit is None or not 0 < every <= MOST_EVERY:
        raise Invalid("repeat.invalid", text=text.strip()[:40])
    return Recurrence(unit, every)


def _days(text: str, heard: Heard) -> tuple[date, date]:
    """The last one is the next of its name behind the first: from Monday until Friday, whatever day it is."""
    found = _SPAN_OF_DAYS.fullmatch(" ".join(text.casefold().split()))
    if found is None:
        raise Invalid("date.invalid", text=text.strip()[:40])
    first = read_due(found["first"], heard.now)
    return first.date(), read_due(found["last"], first).date()


DURATION = Slot("duration", rf"{_CLOCKED}|{_SPELLED}", _minutes)
LEAD = Slot("lead", rf"{_CLOCKED}|{_SPELLED}|(?:an?|one|eine[nr]?|ein|\d{{1,3}})\s(?:{_HOUR}|{_DAY})", _lead)
DAY = Slot("day", rf"yesterday|gestern|{DAY_PATTERN}", _day)
DAYS = Slot("days", rf"{DAY_PATTERN}\s+(?:{_UNTIL})\s+(?:zum\s+)?{DAY_PATTERN}", _days)
WEEK = Slot("week", "|".join([*_LAST_WEEK, *_THIS_WEEK, r"(?:calendar\s)?(?:week|woche|kw)\s?\d{1,2}"]), _week)
REPEAT = Slot(
    "repeat", rf"{_ON_WEEKDAYS}|{_ADVERBS}|{_EVERY}\s(?:\d{{1,3}}\s|(?:{'|'.join(_OTHER)})\s)?(?:{_NOUNS})", _repetition
)

DurationArg: TypeAlias = Annotated[int, DURATION]
LeadArg: TypeAlias = Annotated[int, LEAD]
DaysArg: TypeAlias = Annotated[tuple[date, date], DAYS]
PastDayArg: TypeAlias = Annotated[date, DAY]
WeekArg: TypeAlias = Annotated[date, WEEK]
RepeatArg: TypeAlias = Annotated[Recurrence, REPEAT]
