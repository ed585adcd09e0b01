"""From one day until another: `1 December until 8 December`, `1. bis 8. Dezember`, `from Monday to Friday`."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from crm_core.company import Hours
from crm_core.errors import Invalid
from intents.values.days.naming import DAY_PATTERN
from intents.values.days.spans_of_time import month_later
from intents.values.due import plain, read_due
from intents.values.wording import spelled

_UNTIL = r"(?:(?<!\w)(?:until|till|to|through|bis|and|und)(?!\w)|(?<!\d{4})(?<!-\d\d)[-–])"
_FROM = spelled(r"(?:(?:from|vom|von|between|zwischen)\s+(?:the\s+|dem\s+)?)?")
_BARE = r"(?:the\s+)?[0-3]?\d(?:\.|st|nd|rd|th)?"
DAYS_PATTERN = rf"(?<!\w){_FROM}(?:(?:{DAY_PATTERN}|{_BARE})(?:\s*{_UNTIL}\s*(?:zum\s+|the\s+|dem\s+)?|(?!\w))){{2}}"
_SPLIT = re.compile(rf"{_FROM}(?P<first>.{{1,60}}?)\s*{_UNTIL}\s*(?:zum\s+|the\s+|dem\s+)?(?P<last>.{{1,60}})")
_YEAR = re.compile(r"\d{4}")
_HALF_A_YEAR = timedelta(days=183)
_DAY_ALONE = re.compile(r"(?:the\s+)?([0-3]?\d)(?:\.|st|nd|rd|th)?")


def read_days(text: str, now: datetime, hours: Hours | None = None) -> tuple[date, date]:
    """The last one is the next of its name behind the first: from Monday until Friday, whatever day it is."""
    found = _SPLIT.fullmatch(plain(text))
    if found is None:
        raise Invalid("date.invalid", text=text.strip()[:40])
    if alone := _DAY_ALONE.fullmatch(found["first"]):
        return _of_one_month(int(alone[1]), found["last"], text, now, hours)
    last = f"on the {alone[1]}." if (alone := _DAY_ALONE.fullmatch(found["last"])) else found["last"]
    first = read_due(found["first"], now, hours)
    if _YEAR.search(found["first"]) is None and first - read_due(last, now, hours) > _HALF_A_YEAR:
        # It has begun: the 1st of December is not the next one when the 8th is in a week.
        first = datetime.combine(month_later(first.date(), -12), first.time(), first.tzinfo)
    return first.date(), read_due(last, first, hours).date()


def _of_one_month(day: int, last: str, text: str, now: datetime, hours: Hours | None) -> tuple[date, date]:
    """`1. bis 8. Dezember`: the first is of the month of the last."""
    end = read_due(last if not _DAY_ALONE.fullmatch(last) else f"on the {last}", now, hours).date()
    try:
        start = end.replace(day=day)
    except ValueError:
        start = end + timedelta(days=1)
    if start > end:
        raise Invalid("date.invalid", text=text.strip()[:40])
    return start, end
