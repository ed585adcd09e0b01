"""What the words of an argument become. Each reader raises Invalid for words it can make nothing of."""

from __future__ import annotations

import re
from datetime import datetime

from crm_core import references
from crm_core.agents import Presence
from crm_core.contacts.consents import Channel, Purpose
from crm_core.errors import Invalid
from crm_core.money import Money
from crm_core.names import fold
from crm_core.support.knowledge import Audience
from intents.slot import Heard, Slot
from intents.values.due import read_due, read_until
from intents.values.durations import read_duration
from intents.values.money import read_money
from intents.values.shares import read_whole
from intents.values.written import written
from intents.words import meaning

_THAT = {"it", "that", "this", "that one", "this one", "es", "das", "ihn", "sie", "den", "dieses", "diesen"}
THAT_PATTERN = "|".join(sorted((re.escape(word) for word in _THAT), key=len, reverse=True))


NOUNS = {
    "ticket": "ticket|vorgang|anliegen|number|nummer",
    "deal": "deal|auftrag|verkaufschance|opportunity",
    "task": "task|aufgabe",
    "call": "call|anruf",
    "article": "article|artikel",
    "quote": "quote|quotation|angebot",
    "appointment": "appointment|meeting|termin",
    "project": "project|projekt",
    "hours": "hours|stunden",
    "callee": "entry|eintrag",
    "contact": "contact|kontakt",
}


def record(kind: str) -> Slot:
    words = NOUNS[kind]
    nouns = rf"(?:(?:{words})\s+)?"
    these = r"(?:that|this|the|das|dieses|diesen|den|die)?\s*"
    # No other word before a number is a prefix: "printer 3" is a subject, not a reference.
    pattern = rf"{these}{nouns}#?(?:(?:task|call|[a-z])\s?[-#–]?\s?)?\d{{1,15}}|{THAT_PATTERN}"

    def read(text: str, heard: Heard) -> int:
        cleaned = re.sub(r"^(?:that|this|the|das|dieses|diesen|den|die)\s+", "", fold(written(text).text).strip())
        # TASK-2 and CALL-9 begin with the noun, but it is part of the reference.
        cleaned = re.sub(rf"^(?:{words})\s*(?![-–\s])", "", cleaned)
        if cleaned in {fold(word) for word in _THAT} | {""}:
            return shown(kind, heard)
        parsed = references.parse(cleaned, kind)
        if parsed is None or parsed[0] != kind:
            raise Invalid(f"{kind}.unknown", ref=text.strip()[:40])
        return parsed[1]

    return Slot(kind, pattern, read)


def meant(slot: Slot, letter: str, nouns: str) -> Slot:
    """With its letter or noun, or what was just shown: a bare number is a ticket's."""
    written = rf"(?:(?:{nouns})\s)?#?{letter}\s?[-#–]?\s?\d{{1,15}}|(?:{nouns})\s#?\d{{1,15}}"
    return Slot(slot.name, f"{written}|{THAT_PATTERN}", slot.read)


def is_that(text: str) -> bool:
    """Whether the words point back at what was just shown."""
    return fold(text).strip() in {fold(word) for word in _THAT}


def shown(kind: str, heard: Heard) -> int:
    for reference in heard.shown:
        parsed = references.parse(reference)
        if parsed is not None and parsed[0] == kind:
            return parsed[1]
    raise Invalid("dialogue.which", kind=kind)


def plain(text: str, _heard: Heard) -> str:
    return text.strip().strip("\"'“”„«»").strip()


def digits(text: str, _heard: Heard) -> str:
    """A number to dial or a PIN, however it was spoken."""
    return written(plain(text, _heard)).text.strip()


def device(text: str, heard: Heard) -> str:
    return plain(text, heard) if text.strip()[:4].casefold() == "sip:" else digits(text, heard)


def amount(text: str, heard: Heard) -> Money:
    return read_money(text, heard.currency)


def minutes(text: str, _heard: Heard) -> int:
    return read_duration(text) if any(map(str.isalpha, written(text).text)) or ":" in text else read_whole(text)


def due(text: str, heard: Heard) -> datetime:
    return read_due(text, heard.now, heard.hours)


def until(text: str, heard: Heard) -> datetime:
    return read_until(text, heard.now, heard.hours)


def presence(text: str, _heard: Heard) -> Presence:
    found = meaning("presence", text)
    if found is None:
        raise Invalid("agent.presence-unknown", text=text.strip()[:40])
    return Presence(found)


AND = r"(?:\s*,\s*(?:(?:and|und)\s+)?|\s+(?:and|und)\s+)"


def listed(text: str, _heard: Heard) -> list[str]:
    return [word for word in re.split(AND, text.strip()) if word]


def audience(text: str, _heard: Heard) -> Audience:
    found = meaning("audience", text)
    if found is None:
        raise Invalid("article.audience-unknown", text=text.strip()[:40])
    return Audience(found)


def purpose(text: str, _heard: Heard) -> Purpose:
    found = meaning("purpose", text)
    if found is None:
        raise Invalid("consent.purpose-unknown", text=text.strip()[:40])
    return Purpose(found)


def channel(text: str, _heard: Heard) -> Channel:
    found = meaning("channel", text)
    if found is None:
        raise Invalid("consent.channel-unknown", text=text.strip()[:40])
    return Channel(found)


def any_record(text: str, _heard: Heard) -> tuple[str, int]:
    parsed = references.parse(written(text).text)
    if parsed is None:
        raise Invalid("record.unknown", ref=text.strip()[:40])
    return parsed


ONE_TICKET = r"(?:ticket\s+)?t\s?[-#–]?\s?\d{1,15}"
MORE_TICKETS = rf"(?:(?:\s*,\s*|\s+)(?:(?:and|und)\s+)?{ONE_TICKET})"
MOST_TICKETS = 200


def tickets(text: str, _heard: Heard) -> list[int]:
    found = list(dict.fromkeys(int(number) for number in re.findall(r"\d+", written(text).text)))
    if len(found) > MOST_TICKETS:
        raise Invalid("ticket.too-many", limit=MOST_TICKETS)
    return found


def incident(text: str, heard: Heard) -> int:
    number = re.search(r"\d+", written(text).text)
    return int(number[0]) if number else shown("incident", heard)


_YES = {"yes", "yes,", "yeah", "yep", "ja", "ja,", "jawohl"}
_NO = {"no", "nope", "nein"}


def sure(text: str, _heard: Heard) -> bool:
    said = text.strip().casefold().rstrip("!.")
    if said not in _YES | _NO:
        raise Invalid("dialogue.yes-or-no")
    return said in _YES
