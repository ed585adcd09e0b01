"""Times of day: `14:00`, `3 pm`, `15 Uhr 30`, `halb vier`, `quarter past nine`.

`viertel drei` is 2:15, as it is said in the east and the south; `half four` is 4:30. Up to five o'clock the afternoon
is meant, unless the night is said or the zero written: `3 Uhr` is 15:00, `03:00` is not. `halb sieben` and `at six` may
be in the morning or in the evening: the working day decides, which begins at seven.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from crm_core.errors import Invalid
from intents.values.days.calendar_words import MONTH, WEEKDAY
from intents.values.wording import GAP, either, spelled, ungrouped
from intents.values.written import written

_DAY_STARTS, _EARLIEST = 7, 6


class Part(enum.Enum):
    """A part of the day and the hour that it stands for when no other is said."""

    EARLY = 8
    MORNING = 9
    FORENOON = 10
    NOON = 12
    AFTERNOON = 15
    EVENING = 18
    NIGHT = 20


_PARTS = {
    Part.EARLY: ("früh", "early", "in der früh", "in der frühe", "frühmorgens"),
    Part.MORNING: ("morgen", "morgens", "am morgen", "morning", "in the morning", "this morning"),
    Part.FORENOON: ("vormittag", "vormittags", "am vormittag"),
    Part.NOON: (
        "mittag",
        "mittags",
        "am mittag",
        "lunchtime",
        "at lunchtime",
        "lunch time",
        "at noon",
        "noon",
        "midday",
    ),
    Part.AFTERNOON: ("nachmittag", "nachmittags", "am nachmittag", "afternoon", "in the afternoon", "this afternoon"),
    Part.EVENING: ("abend", "abends", "am abend", "evening", "in the evening", "this evening"),
    Part.NIGHT: ("nacht", "nachts", "in der nacht", "night", "at night", "tonight"),
}
_PART_OF = {word: part for part, words in _PARTS.items() for word in words}
_AFTER_A_DAY = either(word for words in _PARTS.values() for word in words if word not in {"tonight"})
# What names a part of today by itself.
PART_ALONE = either(
    (
        "this morning",
        "this afternoon",
        "this evening",
        "tonight",
        "am vormittag",
        "am nachmittag",
        "am abend",
        "in the afternoon",
        "in the evening",
    )
)
PART = _AFTER_A_DAY
_WITH_A_CLOCK = either(
    word
    for word in _PART_OF
    if word.endswith("s") or " " in word or word in {"früh", "tonight"}
    if "noon" not in word[:5]
)

_HOUR = r"(?:2[0-4]|[01]?\d)"
# `14:00 am Dienstag` is no morning.
_BEHIND_GERMAN_AM = spelled(r"abend|morgen|(?:vor|nach)?mittag|anfang|ende|ersten|letzten|nächsten|kommenden")
_FORENOON = rf"a\.?m\b\.?(?!\s+(?:\d|{WEEKDAY}|{MONTH}|{_BEHIND_GERMAN_AM}))"
_HALF = rf"(?:{_FORENOON}|p\.?m\b\.?)"
_MINUTES = r"(?:\s?min(?:ute)?[ns]?|\s?minutes)?"
_EXACT = (
    rf"(?P<hour>{_HOUR})(?::(?P<minute>[0-5]\d)(?!\d)|[.](?P<dotted>[0-5]\d)(?=\s?(?:uhr|am|pm)\b))?"
    rf"(?:\s?(?P<half>{_HALF})|(?P<oclock>\s?o['’ ]?\s?clock)"
    rf"|(?P<uhr>\s?uhr)(?:\s(?P<behind>[0-5]?\d)(?![\d.:]|\s?(?:uhr|%|€)))?)?"
)
_MARKED = (
    rf"{_HOUR}(?::[0-5]\d(?!\d)(?:\s?(?:{_HALF}|uhr))?|[.][0-5]\d\s?(?:uhr|am|pm)\b|\s?{_HALF}"
    rf"|\s?uhr(?:\s[0-5]?\d(?![\d.:]|\s?(?:uhr|%|€)))?|\s?o['’ ]?\s?clock)"
)
_AROUND = spelled(
    rf"(?P<amount>half|(?:a\s)?quarter|viertel|[1-9]|[12]\d){_MINUTES}\s(?P<way>past|to|till|before|after|vor|nach)"
    rf"\s(?P<of_half>halb\s)?(?P<around>1[0-2]|\d)(?:\s?(?P<around_half>{_HALF})|\s?uhr\b)?"
)
_GERMAN = r"(?P<german>halb|(?:drei|3)\s?viertel|viertel|half)\s(?P<german_hour>1[0-2]|[1-9])(?![\d:.])(?:\suhr\b)?"
_NAMED = {"noon": 12, "midday": 12, "12 noon": 12, "mittag": 12, "midnight": 24, "mitternacht": 24}
_NAME = either(_NAMED)
_SUFFIX = rf"(?:{GAP}(?P<part>{_WITH_A_CLOCK})\b)?"
_BARE = r"(?:2[0-4]|[01]?\d)(?![\d:.,]|\s?(?:uhr|%|€|h\b|min))"
_PREPOSITION = spelled(r"(?:at|um punkt|um|punkt|@|gegen|ab|about|around|by|by about|so um|so gegen)")
_FRACTION = rf"{ungrouped(_AROUND)}|{ungrouped(_GERMAN)}"
_SURE = rf"(?:{_FRACTION}|{_MARKED}|{_NAME}|{_BARE}(?={GAP}(?:{_WITH_A_CLOCK})\b))"
# A bare hour is one behind a preposition only.
AT_CLOCK = rf"(?:(?:{_PREPOSITION}\s*)?{_SURE}|{_PREPOSITION}\s*{_BARE})(?!\w){ungrouped(_SUFFIX)}"
CLOCK_PATTERN = rf"(?:{_FRACTION}|{_NAME}|{ungrouped(_EXACT)}){ungrouped(_SUFFIX)}"

_READ = re.compile(rf"(?:{_PREPOSITION}\s*)?(?:{_AROUND}|{_GERMAN}|(?P<name>{_NAME})|{_EXACT}){_SUFFIX}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clock:
    """`hour` is 24 at the end of a day. `is_open`: it may as well be twelve hours later."""

    hour: int
    minute: int
    is_open: bool = False
    is_night: bool = False

    @property
    def literally(self) -> time:
        return time(self.hour % 24, self.minute)

    def on(self, day: date, now: datetime) -> datetime:
        """On that day, in the working day where it is open."""
        start = datetime.combine(day, time(), tzinfo=now.tzinfo)
        at = start.replace(hour=self.hour, minute=self.minute) if self.hour < 24 else start + timedelta(days=1)
        # The coming night ends tomorrow.
        return at + timedelta(days=1) if self.is_night and self.hour < 6 and day == now.date() and at <= now else at

    def next(self, now: datetime) -> datetime:
        """The next that comes."""
        at = self.on(now.date(), now)
        if at <= now and self.is_open and at + timedelta(hours=12) > now and at.hour < 12:
            return at + timedelta(hours=12)
        return at if at > now else at + timedelta(days=1)


def read_clock(text: str) -> time:
    """As it is said; `halb vier` in the afternoon. Raises Invalid."""
    clock = clock_of(text, literally=True)
    if clock is None:
        raise Invalid("clock.invalid", text=text.strip()[:40])
    return clock.literally


def clock_of(text: str, part: Part | None = None, *, literally: bool = False) -> Clock | None:
    """None when it is none. `part`: of which part of the day it is said to be. `literally`: `3 Uhr` is in the night."""
    found = _READ.fullmatch(" ".join(written(text, is_clock=True).text.split()).casefold())
    if found is None:
        return None
    if found["part"]:
        part = part_of(found["part"])
    if found["name"]:
        hour = _NAMED[" ".join(found["name"].split())]
        return Clock(hour, 0) if hour != 12 or part is not Part.NIGHT else Clock(24, 0)
    if found["hour"] is None:
        return _fraction(found, part)
    hour, minute = int(found["hour"]), int(found["minute"] or found["dotted"] or found["behind"] or 0)
    if hour == 24:
        return Clock(24, 0) if not minute and not found["half"] else None
    if found["half"]:
        return _halved(hour, minute, found["half"])
    if part is not None:
        return _parted(hour, minute, part)
    if literally or found["hour"].startswith("0"):
        return Clock(hour, minute)
    if found["minute"] or found["dotted"] or found["uhr"]:
        return Clock(hour + 12 if 0 < hour < _EARLIEST else hour, minute)
    return _in_the_working_day(hour, minute)


def part_of(text: str) -> Part | None:
    words = " ".join(text.casefold().split()).replace("ue", "ü")
    return _PART_OF.get(words)


def _fraction(found: re.Match[str], part: Part | None) -> Clock | None:
    if found["german"]:
        hour, amount = int(found["german_hour"]), "".join(found["german"].split())
        # `half four` is past four, `halb vier` and `viertel vier` are on the way to it.
        minute = {"half": 30, "halb": -30, "viertel": -45}.get(amount, -15)
    else:
        hour = int(found["around"])
        named = {"half": 30, "viertel": 15, "quarter": 15, "a quarter": 15}
        amount_minutes = named.get(" ".join(found["amount"].split())) or int(found["amount"])
        minute = amount_minutes if found["way"] in {"past", "after", "nach"} else -amount_minutes
        minute -= 30 if found["of_half"] else 0
        if found["around_half"]:
            started = _halved(hour, 0, found["around_half"])
            return _moved(started.hour, minute) if started is not None else None
    at = (hour * 60 + minute) % (24 * 60)
    if part is not None:
        return _parted(at // 60, at % 60, part)
    return _in_the_working_day(at // 60, at % 60)


def _moved(hour: int, minute: int) -> Clock:
    at = (hour * 60 + minute) % (24 * 60)
    return Clock(at // 60, at % 60)


def _in_the_working_day(hour: int, minute: int) -> Clock:
    if 0 < hour < _DAY_STARTS or (hour == 0 and minute):
        return Clock(hour + 12, minute)
    return Clock(hour, minute, is_open=hour < 12)


def _halved(hour: int, minute: int, half: str) -> Clock | None:
    if not 0 < hour <= 12:
        return Clock(hour, minute) if 12 < hour < 24 and half.startswith("p") else None
    return Clock(hour % 12 + (12 if half.startswith("p") else 0), minute)


def _parted(hour: int, minute: int, part: Part) -> Clock:
    """`8 Uhr abends`, `3 in the afternoon`, `12 at night`."""
    match part:
        case Part.EARLY | Part.MORNING | Part.FORENOON:
            return Clock(hour, minute)
        case Part.NOON:
            return Clock(hour + 12 if hour < 4 else hour, minute)
        case Part.AFTERNOON | Part.EVENING:
            return Clock(hour + 12 if hour < 12 else hour, minute)
        case Part.NIGHT:
            if hour == 12:
                return Clock(0, minute, is_night=True) if minute else Clock(24, 0)
            return Clock(hour + 12 if 6 <= hour < 12 else hour, minute, is_night=True)
