"""The kinds of argument a command takes: how one looks in a sentence, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, TypeAlias

from crm_core import references
from crm_core.errors import Invalid
from crm_core.money import Money
from crm_core.names import fold

THAT = "that"
_THAT = {"it", "that", "this", "that one", "this one", "es", "das", "ihn", "sie", "den", "dieses", "diesen"}


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known when a word is read: the local time, the house currency, the records just shown."""

    now: datetime
    currency: str
    shown: list[str]


@dataclass(frozen=True, slots=True)
class Slot:
    """`pattern` finds the words in a sentence; `read` makes the value of them or raises Invalid."""

    name: str
    pattern: str
    read: Callable[[str, Heard], object]


def _record(kind: str, words: str) -> Slot:
    nouns = rf"(?:(?:{words})\s+)?"
    these = r"(?:that|this|the|das|dieses|diesen|den|die)?\s*"
    pattern = rf"{these}{nouns}(?:#?[a-z]{{1,5}}\s?[-#]?\s?\d{{1,15}}|#?\d{{1,15}})|" + "|".join(
        sorted((re.escape(word) for word in _THAT), key=len, reverse=True)
    )

    def read(text: str, heard: Heard) -> int:
        cleaned = re.sub(r"^(?:that|this|the|das|dieses|diesen|den|die)\s+", "", fold(text).strip())
        # TASK-2 and CALL-9 begin with the noun, but it is part of the reference.
        cleaned = re.sub(rf"^(?:{words})\s*(?![-–\s])", "", cleaned)
        if cleaned in {fold(word) for word in _THAT} | {""}:
            return _shown(kind, heard)
        parsed = references.parse(cleaned, kind)
        if parsed is None or parsed[0] != kind:
            raise Invalid(f"{kind}.unknown", ref=text.strip()[:40])
        return parsed[1]

    return Slot(kind, pattern, read)


def _shown(kind: str, heard: Heard) -> int:
    for reference in heard.shown:
        parsed = references.parse(reference)
        if parsed is not None and parsed[0] == kind:
            return parsed[1]
    raise Invalid("dialogue.which", kind=kind)


def _text(text: str, _heard: Heard) -> str:
    return text.strip().strip("\"'“”„«»").strip()


def _amount(text: str, heard: Heard) -> Money:
    """`12000`, `12.000`, `12,500.50`, `12.500,50 €`, `3k`: the last separator before two digits is the decimal one."""
    lowered = text.casefold().replace(" ", "").replace("\u00a0", "")
    currency = heard.currency
    for mark, code in (("€", "EUR"), ("euro", "EUR"), ("eur", "EUR"), ("$", "USD"), ("usd", "USD"), ("£", "GBP")):
        if mark in lowered:
            currency, lowered = code, lowered.replace(mark, "")
            break
    thousand = lowered.endswith("k")
    digits = lowered.removesuffix("k")
    match = re.fullmatch(r"(\d{1,3}(?:[.,']\d{3})+|\d+)(?:[.,](\d{1,2}))?", digits)
    if match is None or len(digits) > 16:
        raise Invalid("money.invalid", text=text.strip()[:40])
    whole = int(re.sub(r"\D", "", match[1]))
    cents = int((match[2] or "0").ljust(2, "0"))
    return Money((whole * 100 + cents) * (1000 if thousand else 1), currency)


_WEEKDAYS = {
    name: index
    for names in (
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    )
    for index, name in enumerate(names)
}
_DAYS = {"today": 0, "heute": 0, "tomorrow": 1, "morgen": 1, "übermorgen": 2, "in a week": 7, "in einer woche": 7}
END_OF_DAY = time(17, 0)


def _due(text: str, heard: Heard) -> datetime:
    """A day, perhaps with a clock time; without one it means the end of the working day."""
    words = text.strip().casefold()
    clock = re.search(r"(?:at|um|@)?\s*\b(\d{1,2})(?::(\d{2}))?\s*(uhr|am|pm|:)?\s*$", words)
    at = END_OF_DAY
    if clock and (clock[2] or clock[3]) and int(clock[1]) < 24 and int(clock[2] or 0) < 60:
        hour = int(clock[1]) + (12 if clock[3] == "pm" and int(clock[1]) < 12 else 0)
        at, words = time(hour, int(clock[2] or 0)), words[: clock.start()].strip()
    day = _day(re.sub(r"^(?:on|by|am|bis|due|until|for)\s+", "", words.strip()) or "today", heard.now.date())
    if day is None:
        raise Invalid("date.invalid", text=text.strip()[:40])
    return datetime.combine(day, at, tzinfo=heard.now.tzinfo)


def _day(words: str, today: date) -> date | None:
    if words in _DAYS:
        return today + timedelta(days=_DAYS[words])
    name = words.removeprefix("next ").removeprefix("nächsten ").strip()
    if name in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS[name] - today.weekday() - 1) % 7 + 1)
    german = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?", words)
    try:
        if german:
            day = date(int(german[3] or today.year), int(german[2]), int(german[1]))
            return day if german[3] or day >= today else day.replace(year=today.year + 1)
        return date.fromisoformat(words)
    except ValueError:
        return None


def _any_record(text: str, _heard: Heard) -> tuple[str, int]:
    parsed = references.parse(text)
    if parsed is None:
        raise Invalid("record.unknown", ref=text.strip()[:40])
    return parsed


_WORDS = r".+?"
RECORD = Slot("record", r"#?[a-z]{1,5}\s?[-#]?\s?\d{1,15}", _any_record)
TICKET = _record("ticket", "ticket|vorgang|anliegen|number|nummer")
DEAL = _record("deal", "deal|auftrag|verkaufschance|opportunity")
TASK = _record("task", "task|aufgabe")
CALL = _record("call", "call|anruf")
TEXT = Slot("text", _WORDS, _text)
CONTACT = Slot("contact", _WORDS, _text)
AGENT = Slot("agent", r"@?[\w.\-]+(?:\s[\w.\-]+)?|me|mich|mir", _text)
STAGE = Slot("stage", r"[\w\- ]+?", _text)
PHONE = Slot("phone", r"\+?[\d(][\d\s()/\-.–]{4,30}", _text)
AMOUNT = Slot("amount", r"[€$£]?\s?\d[\d.,']*\s?(?:k|€|\$|£|eur|euro|usd)?", _amount)
MINUTES = Slot("minutes", r"\d{1,4}", lambda text, _heard: int(text))
DUE = Slot("due", _WORDS, _due)
CODE = Slot("code", r"[\w\-]{6,64}", _text)

RecordArg: TypeAlias = Annotated[tuple[str, int], RECORD]
TicketArg: TypeAlias = Annotated[int, TICKET]
DealArg: TypeAlias = Annotated[int, DEAL]
TaskArg: TypeAlias = Annotated[int, TASK]
CallArg: TypeAlias = Annotated[int, CALL]
TextArg: TypeAlias = Annotated[str, TEXT]
ContactArg: TypeAlias = Annotated[str, CONTACT]
AgentArg: TypeAlias = Annotated[str, AGENT]
StageArg: TypeAlias = Annotated[str, STAGE]
PhoneArg: TypeAlias = Annotated[str, PHONE]
AmountArg: TypeAlias = Annotated[Money, AMOUNT]
MinutesArg: TypeAlias = Annotated[int, MINUTES]
DueArg: TypeAlias = Annotated[datetime, DUE]
CodeArg: TypeAlias = Annotated[str, CODE]
