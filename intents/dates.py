"""Days and times as people write them in chat, in English and German."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from crm_core.errors import Invalid

END_OF_DAY = time(17, 0)
_WEEKDAYS = {
    name: index
    for names in (
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    )
    for index, name in enumerate(names)
}
_MONTHS = {
    name: number
    for names in (
        ("january", "february", "march", "april", "may", "june", "july"),
        ("januar", "februar", "märz", "april", "mai", "juni", "juli"),
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez"),
    )
    for number, name in enumerate(names, start=1)
} | {
    name: number
    for names in (
        ("august", "september", "october", "november", "december"),
        ("august", "september", "oktober", "november", "dezember"),
    )
    for number, name in enumerate(names, start=8)
}
_DAYS = {"today": 0, "heute": 0, "tomorrow": 1, "morgen": 1, "übermorgen": 2, "the day after tomorrow": 2}
_NUMBERS = {"a": 1, "one": 1, "einem": 1, "einer": 1, "two": 2, "zwei": 2, "three": 3, "drei": 3}
_NEXT_WEEK = {"next week", "nächste woche", "nächster woche"}
_END_OF_WEEK = {"the end of the week", "end of the week", "end of week", "ende der woche", "wochenende"}

_SPAN = r"in\s+(\d{1,3}|" + "|".join(_NUMBERS) + r")\s+(days?|weeks?|tag(?:en)?|wochen?)"
_DAY_MONTH = r"(\d{1,2})\.?\s*(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?(?:\s+(\d{4}))?"
_MONTH_DAY = (
    r"(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?"
)
_NUMERIC = r"(\d{1,2})\.(\d{1,2})\.?(\d{4})?"
_CLOCK = r"(?:at|um|@)?\s*\b(\d{1,2})(?::(\d{2}))?\s*(uhr|am|pm)?"


def _without_groups(pattern: str) -> str:
    return re.sub(r"\((?!\?)", "(?:", pattern)


_NAMED = "|".join(
    re.escape(word).replace(r"\ ", r"\s+")
    for word in sorted({*_DAYS, *_NEXT_WEEK, *_END_OF_WEEK}, key=len, reverse=True)
)
# What looks like a day, perhaps with a clock time: so that it is found at the end of a sentence without a comma.
DAY_PATTERN = (
    r"(?:(?:on|by|am|bis|until)\s+(?:zum\s+)?)?"
    rf"(?:{_NAMED}|(?:next\s+|nächsten\s+|kommenden\s+)?(?:{'|'.join(_WEEKDAYS)})|\d{{4}}-\d{{1,2}}-\d{{1,2}}|"
    + "|".join(_without_groups(pattern) for pattern in (_NUMERIC, _SPAN, _DAY_MONTH, _MONTH_DAY))
    + rf")(?:\s*,?\s+{_without_groups(_CLOCK)})?"
)

# `14:00 am Dienstag` is no morning.
_FORENOON = rf"am(?!\s+(?:\d|{'|'.join(_WEEKDAYS)}))"
CLOCK_PATTERN = rf"\d{{1,2}}(?::[0-5]\d)?(?:\s?(?:uhr|{_FORENOON}|pm|o['’]clock))?"


def read_clock(text: str) -> time:
    """`14`, `9:30`, `2 pm`, `14 Uhr`, and `24` for midnight. Raises Invalid."""
    found = re.match(r"(\d{1,2})(?::(\d{2}))?\s?(am|pm)?", text.strip().casefold())
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if found and found[3] is not None:
        hour = hour % 12 + (12 if found[3] == "pm" else 0) if 1 <= hour <= 12 else 99
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise Invalid("clock.invalid", text=text.strip()[:40])
    return time(hour % 24, minute)


def read_due(text: str, now: datetime) -> datetime:
    """A day, perhaps with a clock time; without one it means the end of the working day. Raises Invalid."""
    words = " ".join(text.casefold().replace(",", " ").split())
    at = END_OF_DAY
    clock = re.search(_CLOCK + r"$", words)
    if clock and (clock[2] or clock[3]) and int(clock[1]) < 24 and int(clock[2] or 0) < 60:
        hour = int(clock[1]) + (12 if clock[3] == "pm" and int(clock[1]) < 12 else 0)
        at, words = time(hour, int(clock[2] or 0)), words[: clock.start()].strip()
    named = re.sub(r"^(?:on|by|am|bis|due|until|for)\s+(?:zum\s+)?", "", words)
    day = _day(named or "today", now.date())
    if day is None:
        raise Invalid("date.invalid", text=text.strip()[:40])
    return datetime.combine(day, at, tzinfo=now.tzinfo)


def _day(words: str, today: date) -> date | None:
    if words in _DAYS:
        return today + timedelta(days=_DAYS[words])
    if words in _NEXT_WEEK:
        return _coming(0, today)
    if words in _END_OF_WEEK:
        return today if today.weekday() == 4 else _coming(4, today)
    name = re.sub(r"^(?:next|nächsten|kommenden)\s+", "", words)
    if name in _WEEKDAYS:
        return _coming(_WEEKDAYS[name], today)
    span = re.fullmatch(_SPAN, words)
    if span:
        count = int(span[1]) if span[1].isdigit() else _NUMBERS[span[1]]
        return today + timedelta(days=count * (7 if span[2].startswith("w") else 1))
    try:
        return _dated(words, today) or date.fromisoformat(words)
    except ValueError:
        return None


def _coming(weekday: int, today: date) -> date:
    """Always after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _dated(words: str, today: date) -> date | None:
    """A day of a month; without a year the next one that comes. Raises ValueError for one that is none."""
    if numeric := re.fullmatch(_NUMERIC, words):
        day, month, year = int(numeric[1]), int(numeric[2]), numeric[3]
    elif named := re.fullmatch(_DAY_MONTH, words):
        day, month, year = int(named[1]), _MONTHS[named[2]], named[3]
    elif named := re.fullmatch(_MONTH_DAY, words):
        day, month, year = int(named[2]), _MONTHS[named[1]], named[3]
    else:
        return None
    if year is not None:
        return date(int(year), month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else this_year.replace(year=today.year + 1)
