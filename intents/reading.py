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
from intents import pointing, tongues
from intents.catalogue import phrases
from intents.slot import Heard, Slot
from intents.values.due import read_due, read_until
from intents.values.durations import read_duration
from intents.values.money import read_money
from intents.values.shares import read_whole
from intents.values.written import written
from intents.words import meaning

NOUNS = {kind: pointing.nouns(kind) for kind in pointing.KINDS}


def record(kind: str) -> Slot:
    words = NOUNS[kind]
    # No other word before a number is a prefix: "printer 3" is a subject, not a reference.
    written_out = rf"{pointing.the()}?(?:(?:{words})\s+)?#?(?:(?:task|call|[a-z])\s?[-#–]?\s?)?\d{{1,15}}"

    def read(text: str, heard: Heard) -> int:
        if pointing.points(text, kind):
            found = shown(kind, text, heard)
            if found is not None:
                return found
        cleaned = re.sub(rf"^{pointing.the()}", "", written(text).text.strip(), flags=re.IGNORECASE)
        # TASK-2 and CALL-9 begin with the noun, but it is part of the reference.
        cleaned = re.sub(rf"^(?:{words})\s*(?![-–\s])", "", cleaned, flags=re.IGNORECASE)
        parsed = references.parse(cleaned, kind)
        if parsed is None and pointing.points(text, kind):
            raise Invalid("dialogue.which", kind=kind)
        if parsed is None or parsed[0] != kind:
            raise Invalid(f"{kind}.unknown", ref=text.strip()[:40])
        return parsed[1]

    return Slot(kind, f"{written_out}|{pointing.pattern(kind)}", read)


def meant(slot: Slot, letter: str, nouns: str) -> Slot:
    """With its letter or noun, or what was just shown: a bare number is a ticket's."""
    written_out = rf"(?:(?:{nouns})\s)?#?{letter}\s?[-#–]?\s?\d{{1,15}}|(?:{nouns})\s#?\d{{1,15}}"
    return Slot(slot.name, f"{written_out}|{pointing.pattern(slot.name)}", slot.read)


def shown(kind: str, text: str, heard: Heard) -> int | None:
    """The number of the record that the words point at; None when nothing of that kind was shown."""
    found = pointing.meant(text, kind, heard.shown, heard.listed)
    parsed = references.parse(found[0]) if found else None
    return parsed[1] if parsed is not None else None


def plain(text: str, _heard: Heard) -> str:
    return text.strip().strip("\"'“”„«»").strip()


def tongue(text: str, _heard: Heard) -> str:
    """`ins Deutsche` is Deutsch."""
    said = text.strip()
    return next((name for name in tongues.names() if fold(said).startswith(fold(name))), said)


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


def any_record(text: str, heard: Heard) -> tuple[str, int]:
    if pointing.points(text):
        found = pointing.meant(text, pointing.ANY, heard.shown, heard.listed)
        parsed = references.parse(found[0]) if found else None
        if parsed is None:
            raise Invalid("dialogue.which", kind="record")
        return parsed
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
    found = int(number[0]) if number else shown("incident", text, heard)
    if found is None:
        raise Invalid("dialogue.which", kind="incident")
    return found


def sure(text: str, _heard: Heard) -> bool:
    said = re.sub(r"[\s,.!]+", " ", text.casefold()).strip()
    if said not in {*phrases("heard.yes"), *phrases("heard.no")}:
        raise Invalid("dialogue.yes-or-no")
    return said in phrases("heard.yes")
