"""Lengths of time: `1:30`, `2h`, `1 h 15 min`, `anderthalb Stunden`, `eine Dreiviertelstunde`, `an hour and a half`."""

from __future__ import annotations

import re

from crm_core.errors import Invalid
from intents.values.wording import spelled, ungrouped
from intents.values.written import written

_ONE = r"(?:an?|one|1|eine[nr]?|einem|ein)"
_HOUR = r"(?:hours?|hrs?|h|stunden?|std\.?)"
_MINUTE = r"(?:minutes?|minuten?|mins?|m)"
_DAY = r"(?:days?|tage?n?|d)"
_WEEK = r"(?:weeks?|wochen?)"
_AND = r"(?:\s?,?\s?(?:and|und)?\s?)"
_HALF = r"(?:(?:and\s|und\s)(?:a\shalf|eine?n?\shalbe[nrs]?))"
_COUNT = r"\d{1,4}(?:[.,]\d{1,2})?"

_CLOCKED = r"(?P<clock_hours>\d{1,2}):(?P<clock_minutes>[0-5]\d)(?:\s?h\b)?"
_NAMED = spelled(
    rf"(?P<three>(?:drei|3|eine[nr]?\sdrei|eine[nr]?\s3)\s?viertel\s?stunden?|(?:3|three)\squarters?\s(?:of\san\s)?hour)"
    rf"|(?P<quarter>(?:eine[nr]?\s)?viertel\s?stunde|(?:an?\s)?quarter(?:\sof\san?)?\shour)"
    rf"|(?P<half>(?:eine[nr]?\s)?halbe[nr]?\s?stunde|half\san?\shour|(?:{_ONE}\s)?half\s?-?hour)"
)
_HOURS = (
    rf"(?:(?P<hours>{_COUNT})\s?|{_ONE}\s)(?P<hour>{_HOUR})"
    rf"(?:{_AND}(?P<minutes>\d{{1,2}})\s?{_MINUTE}?|\s(?P<more>{_HALF})|\s(?P<more_quarter>and\sa\squarter))?"
)
_MINUTES = rf"(?:(?P<only>\d{{1,4}})\s?|{_ONE}\s){_MINUTE}"
_DAYS = (
    rf"(?:(?P<days>{_COUNT})\s?|{_ONE}\s)(?P<unit>{_DAY}|{_WEEK})"
    rf"(?:\s(?P<more_days>{_HALF})|{_AND}(?P<and_hours>\d{{1,2}})\s?{_HOUR})?"
    r"|(?P<half_day>half\sa\sday|(?:einen?\s)?halbe[nr]?\stag)"
)
_BEHIND = r"(?!\w)"
_SHORT = rf"{ungrouped(_NAMED)}|{ungrouped(_HOURS)}|{ungrouped(_MINUTES)}"
DURATION_PATTERN = rf"(?:{ungrouped(_CLOCKED)}|{_SHORT}){_BEHIND}"
LEAD_PATTERN = rf"(?:{ungrouped(_CLOCKED)}|{_SHORT}|{ungrouped(_DAYS)}){_BEHIND}"
# Without days: those end at the end of one.
OFFSET_PATTERN = rf"(?:{_SHORT}){_BEHIND}"
_READ = re.compile(rf"{_CLOCKED}|{_NAMED}|{_HOURS}|{_MINUTES}")
_READ_DAYS = re.compile(_DAYS)


def read_duration(text: str) -> int:
    """In minutes. Raises Invalid."""
    words = _plain(text)
    found = _READ.fullmatch(words)
    if found is None:
        raise Invalid("duration.invalid", text=text.strip()[:40])
    if found["clock_hours"]:
        return int(found["clock_hours"]) * 60 + int(found["clock_minutes"])
    for name, minutes in (("three", 45), ("quarter", 15), ("half", 30)):
        if found[name]:
            return minutes
    if not found["hour"]:
        return int(found["only"] or 1)
    minutes = 30 if found["more"] else 15 if found["more_quarter"] else int(found["minutes"] or 0)
    return _whole(found["hours"], 60) + minutes


def read_lead(text: str) -> int:
    """Also in days and weeks, of 24 hours each. Raises Invalid."""
    found = _READ_DAYS.fullmatch(_plain(text))
    if found is None:
        return read_duration(text)
    if found["half_day"]:
        return 12 * 60
    day = 24 * 60 * (7 if found["unit"].startswith("w") else 1)
    return _whole(found["days"], day) + (day // 2 if found["more_days"] else int(found["and_hours"] or 0) * 60)


def _plain(text: str) -> str:
    return " ".join(written(text).text.casefold().split())


def _whole(count: str | None, unit: int) -> int:
    return round(float((count or "1").replace(",", ".")) * unit)
