"""The values in free text, whatever command they belong to: also as speech recognition writes them."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass

from crm_core import references
from crm_core.errors import Invalid
from intents.reading import NOUNS
from intents.slot import Heard
from intents.values.clocks import AT_CLOCK, read_clock
from intents.values.due import DUE_PATTERN, PAST_DAY_PATTERN, read_due, read_past_day
from intents.values.durations import LEAD_PATTERN, read_lead
from intents.values.money import MONEY_PATTERN, read_money
from intents.values.seeking import candidates
from intents.values.shares import PERCENT_PATTERN, read_percent, read_whole
from intents.values.stretches import DAYS_PATTERN, read_days
from intents.values.weeks import REPEAT_PATTERN, WEEK_PATTERN, read_repetition, read_week
from intents.values.written import written


class Kind(enum.StrEnum):
    REFERENCE = "reference"
    NUMBER = "number"
    PHONE = "phone"
    PERCENT = "percent"
    MONEY = "money"
    DURATION = "duration"
    CLOCK = "clock"
    DUE = "due"
    PAST_DAY = "past-day"
    DAYS = "days"
    WEEK = "week"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Value:
    """`start` and `end` are places in the text as it was said."""

    start: int
    end: int
    value: object


PHONE_PATTERN = r"(?<![\w.,])(?:\+|0|\(0)[\d\s()/\-.–]{4,30}\d(?!\w)"
# `ticket vierundzwanzig`, `T-42`, `task twelve`.
_NOUNS = "|".join(words for kind, words in NOUNS.items() if kind not in {"hours", "contact"})
REFERENCE_PATTERN = (
    rf"(?<![\w\-])(?:(?:{_NOUNS})\s#?\d{{1,15}}|(?!a\s)#?[a-z]{{1,5}}\s?[-#–]?\s?\d{{1,15}})(?![\w.,:]*\d|\w)"
)


def read_reference(text: str) -> tuple[str, int]:
    """The kind of record and its number. Raises Invalid."""
    parsed = references.parse(text)
    if parsed is not None:
        return parsed
    noun, _, number = text.casefold().partition(" ")
    kind = next((kind for kind, words in NOUNS.items() if noun in words.split("|")), None)
    parsed = references.parse(number, kind) if kind is not None else None
    if parsed is None:
        raise Invalid("record.unknown", ref=text[:40])
    return parsed


_KINDS: dict[Kind, tuple[str, Callable[[str, Heard], object]]] = {
    Kind.REFERENCE: (REFERENCE_PATTERN, lambda text, heard: read_reference(text)),
    Kind.NUMBER: (r"(?<![\w.,:])\d{1,15}(?!\w|\s?[:%€$£]|[.,]\d)", lambda text, heard: read_whole(text)),
    Kind.PHONE: (PHONE_PATTERN, lambda text, heard: re.sub(r"[^\d+]", "", written(text).text)),
    Kind.PERCENT: (rf"(?<![\w.,]){PERCENT_PATTERN}(?!\w)", lambda text, heard: read_percent(text)),
    Kind.MONEY: (MONEY_PATTERN, lambda text, heard: read_money(text, heard.currency)),
    Kind.DURATION: (rf"(?<![\w.,/]){LEAD_PATTERN}", lambda text, heard: read_lead(text)),
    Kind.CLOCK: (rf"(?<![\w.,]){AT_CLOCK}", lambda text, heard: read_clock(text)),
    Kind.DUE: (DUE_PATTERN, lambda text, heard: read_due(text, heard.now, heard.hours)),
    Kind.PAST_DAY: (PAST_DAY_PATTERN, lambda text, heard: read_past_day(text, heard.now, heard.hours)),
    Kind.DAYS: (DAYS_PATTERN, lambda text, heard: read_days(text, heard.now, heard.hours)),
    Kind.WEEK: (rf"(?<!\w){WEEK_PATTERN}", lambda text, heard: read_week(text, heard.now)),
    Kind.REPEAT: (rf"(?<!\w){REPEAT_PATTERN}", lambda text, heard: read_repetition(text)),
}
# `Frau Sonntag`, `guten Morgen`: what stands behind is no day.
_NAMED = re.compile(
    r"(?:\b(?:herrn?|frau|familie|firma|mr|mrs|ms|miss|dr|guten|schönen|schoenen)\.?\s)$", re.IGNORECASE
)


def find(kind: Kind, text: str, heard: Heard) -> list[Value]:
    """From left to right, none in another; what looks like one and is none is left out."""
    pattern, read = _KINDS[kind]
    said = written(text)
    values: list[Value] = []
    behind = 0
    for start, end in candidates(pattern, said.text):
        if start < behind or _NAMED.search(said.text, 0, start):
            continue
        try:
            value = read(said.text[start:end], heard)
        except Invalid:
            continue
        values.append(Value(*said.place(start, end), value))
        behind = end
    return values
