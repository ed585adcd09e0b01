"""Moments: a day, a time of day, or both; or so long from now."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from crm_core.company import Hours
from crm_core.errors import Invalid
from intents.values.clocks import AT_CLOCK, CLOCK_PATTERN, PART, PART_ALONE, Part, clock_of, part_of
from intents.values.days.naming import DAY_PATTERN, PAST_PATTERN, read_day
from intents.values.days.working_days import working
from intents.values.durations import OFFSET_PATTERN, read_duration
from intents.values.wording import GAP, spelled, ungrouped
from intents.values.written import written

END_OF_DAY = time(17, 0)
_PREPOSITION = spelled(
    r"(?:(?:on|by|am|bis|until|till|before|due|for|für|from|ab|vor|spätestens|no later than)"
    r"\s+(?:zum\s+|spätestens\s+|am\s+)?)"
)
_OFFSET = spelled(
    rf"(?:(?:in|within|innerhalb\svon|binnen)\s(?P<offset>{OFFSET_PATTERN})|(?P<from_now>{OFFSET_PATTERN})\sfrom\snow)"
)
# `Freitagabend` is written in one word.
_JOINT = r"(?:,?\s+|(?<=tag)|(?<=mittwoch))"
_PART_BEHIND = rf"(?:{_JOINT}(?P<part>{PART})\b)?"
_DAY_FIRST = rf"(?P<day>{DAY_PATTERN}){_PART_BEHIND}(?:{GAP}(?P<at>{AT_CLOCK}|(?<=\d,\s)\d{{1,2}}))?"
_CLOCK_FIRST = (
    rf"(?P<early>(?:{PART})\b\s)?(?P<clock>{AT_CLOCK})"
    rf"(?:{GAP}{_PREPOSITION}?(?P<clock_day>{DAY_PATTERN})(?:{_JOINT}(?P<day_part>{PART})\b)?)?"
)
_ALONE = rf"(?P<alone>{PART_ALONE})\b(?:{GAP}(?P<alone_at>{AT_CLOCK}))?"
_READ = re.compile(rf"{_PREPOSITION}??(?:{_OFFSET}|{_DAY_FIRST}|{_CLOCK_FIRST}|{_ALONE})")
_START = r"(?<!\w)"
_BEHIND = r"(?!\w)"
_PIECES = (
    rf"(?:(?:{_PREPOSITION}??{DAY_PATTERN}|{AT_CLOCK}|{PART_ALONE})(?:{_JOINT}(?:{PART})\b)?"
    rf"(?:{GAP}(?=\w)|{_BEHIND}))"
)
# Which pieces fit together is for the reader to say.
DUE_PATTERN = rf"{_START}{_PREPOSITION}?(?:{ungrouped(_OFFSET)}|(?:(?:{PART})\s)?{_PIECES}{{1,2}}){_BEHIND}"
UNTIL_PATTERN = rf"{DUE_PATTERN}|{CLOCK_PATTERN}{_BEHIND}"
PAST_DAY_PATTERN = rf"{_START}(?:{PAST_PATTERN}|{_PREPOSITION}?{DAY_PATTERN}){_BEHIND}"
_PREPOSITION_AT_START = re.compile(rf"^{_PREPOSITION}")
_ONLY_CLOCK = re.compile(CLOCK_PATTERN, re.IGNORECASE)


def plain(text: str) -> str:
    """In small letters and digits."""
    return " ".join(written(text, is_clock=True).text.casefold().split()).rstrip("!?,;")


def read_due(text: str, now: datetime, hours: Hours | None = None) -> datetime:
    """A day without a time of day means the end of the working day. Raises Invalid."""
    found = _READ.fullmatch(plain(text))
    due = _moment(found, now, hours) if found is not None else None
    if due is None:
        raise Invalid("date.invalid", text=text.strip()[:40])
    return due


def read_until(text: str, now: datetime, hours: Hours | None = None) -> datetime:
    """A time of day alone is the next that comes within half a day. Raises Invalid for what is longer over today."""
    clock = clock_of(text, literally=True) if _ONLY_CLOCK.fullmatch(plain(text)) else None
    if clock is None:
        return read_due(text, now, hours)
    due = clock.on(now.date(), now)
    if due > now:
        return due
    if due + timedelta(hours=12) > now:
        raise Invalid("date.over-today", text=text.strip()[:40])
    return due + timedelta(days=1)


def read_past_day(text: str, now: datetime, hours: Hours | None = None) -> date:
    """Work is logged for what is past: on a Wednesday, Monday is the one that was. Raises Invalid."""
    today, works = now.date(), working(hours)
    words = plain(text)
    stripped = _PREPOSITION_AT_START.sub("", words)
    day = read_day(words, today, works, in_the_past=True) or read_day(stripped, today, works, in_the_past=True)
    if day is None:
        raise Invalid("date.invalid", text=text.strip()[:40])
    return day - timedelta(days=7) if today < day <= today + timedelta(days=7) else day


def _moment(found: re.Match[str], now: datetime, hours: Hours | None) -> datetime | None:
    if offset := found["offset"] or found["from_now"]:
        # By the clock on the wall it may be an hour more or less, on the day when it is changed.
        return (now.astimezone(UTC) + timedelta(minutes=read_duration(offset))).astimezone(now.tzinfo)
    works = working(hours)
    named = found["day"] or found["clock_day"]
    if named is None:
        part = part_of(found["alone"] or (found["early"] or "").strip())
        return _today(part, found["clock"] or found["alone_at"], now)
    day = read_day(named, now.date(), works)
    if day is None:
        return None
    part = part_of((found["part"] or found["day_part"] or found["early"] or "").strip())
    at = found["at"] or found["clock"]
    if at is None:
        start = datetime.combine(day, END_OF_DAY, tzinfo=now.tzinfo)
        return start.replace(hour=part.value) if part is not None else start
    clock = clock_of(at, part)
    return clock.on(day, now) if clock is not None else None


def _today(part: Part | None, at: str | None, now: datetime) -> datetime | None:
    """`heute` need not be said: the next that comes."""
    if at is None:
        assert part is not None
        due = now.replace(hour=part.value, minute=0, second=0, microsecond=0)
        return due if due > now else due + timedelta(days=1)
    clock = clock_of(at, part)
    return clock.next(now) if clock is not None else None
