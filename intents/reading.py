"""What the words of an argument become. Each reader raises Invalid for words it can make nothing of."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from crm_core import references
from crm_core.agents import Presence
from crm_core.contacts.consents import Channel, Purpose
from crm_core.errors import Invalid
from crm_core.money import Money
from crm_core.names import fold
from crm_core.support.knowledge import Audience
from intents.dates import CLOCK_PATTERN, read_clock, read_due
from intents.slot import Heard, Slot

_THAT = {"it", "that", "this", "that one", "this one", "es", "das", "ihn", "sie", "den", "dieses", "diesen"}
THAT_PATTERN = "|".join(sorted((re.escape(word) for word in _THAT), key=len, reverse=True))


def record(kind: str, words: str) -> Slot:
    nouns = rf"(?:(?:{words})\s+)?"
    these = r"(?:that|this|the|das|dieses|diesen|den|die)?\s*"
    # No other word before a number is a prefix: "printer 3" is a subject, not a reference.
    pattern = rf"{these}{nouns}#?(?:(?:task|call|[a-z])\s?[-#–]?\s?)?\d{{1,15}}|{THAT_PATTERN}"

    def read(text: str, heard: Heard) -> int:
        cleaned = re.sub(r"^(?:that|this|the|das|dieses|diesen|den|die)\s+", "", fold(text).strip())
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


def amount(text: str, heard: Heard) -> Money:
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


def quantity(text: str, _heard: Heard) -> int:
    """In thousandths: `2`, `2.5`, `0,125`."""
    whole, _, part = text.strip().replace(",", ".").partition(".")
    return int(whole) * 1000 + int(part.ljust(3, "0") or 0)


def percent(text: str, _heard: Heard) -> int:
    """In hundredths of a percent: `10 %`, `2,5%`."""
    whole, _, part = re.sub(r"[\s%]|percent|prozent", "", text.casefold()).replace(",", ".").partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def due(text: str, heard: Heard) -> datetime:
    return read_due(text, heard.now)


def until(text: str, heard: Heard) -> datetime:
    """A time of day alone is the next that comes within half a day. Raises Invalid for what is longer over today."""
    if re.fullmatch(CLOCK_PATTERN, text.strip(), re.IGNORECASE) is None:
        return read_due(text, heard.now)
    at = read_clock(text)
    due = heard.now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    if due > heard.now:
        return due
    if due + timedelta(hours=12) > heard.now:
        raise Invalid("date.over-today", text=text.strip()[:40])
    return due + timedelta(days=1)


PRESENCES = {
    Presence.AVAILABLE: ("available", "verfügbar", "verfuegbar", "erreichbar"),
    Presence.AWAY: ("away", "abwesend", "pause"),
    Presence.OFFLINE: ("offline", "off duty", "feierabend", "nicht im dienst"),
}


def presence(text: str, _heard: Heard) -> Presence:
    wanted = text.strip().casefold()
    return next(presence for presence, words in PRESENCES.items() if wanted in words)


AND = r"(?:\s*,\s*(?:(?:and|und)\s+)?|\s+(?:and|und)\s+)"


def listed(text: str, _heard: Heard) -> list[str]:
    return [word for word in re.split(AND, text.strip()) if word]


def audience(text: str, _heard: Heard) -> Audience:
    return Audience.INTERNAL if text.casefold().startswith("intern") else Audience.PUBLIC


PURPOSES = {
    Purpose.ADVERTISING: ("advertising", "marketing", "offers", "werbung", "angebote", "angeboten"),
    Purpose.RECORDING: ("recording", "recordings", "aufzeichnung", "aufzeichnungen", "aufnahmen"),
    Purpose.SURVEY: ("surveys", "survey", "umfragen", "umfrage", "befragungen"),
    Purpose.SERVICE: ("service", "service messages", "kundendienst", "servicenachrichten"),
}
CHANNELS = {
    Channel.PHONE: ("phone", "telephone", "call", "telefon", "anruf"),
    Channel.SMS: ("sms", "text message", "text"),
    Channel.EMAIL: ("e-mail", "email", "mail"),
    Channel.CHAT: ("chat", "messenger"),
}


def purpose(text: str, _heard: Heard) -> Purpose:
    wanted = fold(text).strip()
    found = next((purpose for purpose, words in PURPOSES.items() if wanted in map(fold, words)), None)
    if found is None:
        raise Invalid("consent.purpose-unknown", text=text.strip()[:40])
    return found


def channel(text: str, _heard: Heard) -> Channel:
    wanted = fold(text).strip()
    found = next((channel for channel, words in CHANNELS.items() if wanted in map(fold, words)), None)
    if found is None:
        raise Invalid("consent.channel-unknown", text=text.strip()[:40])
    return found


def any_record(text: str, _heard: Heard) -> tuple[str, int]:
    parsed = references.parse(text)
    if parsed is None:
        raise Invalid("record.unknown", ref=text.strip()[:40])
    return parsed


ONE_TICKET = r"(?:ticket\s+)?t\s?[-#–]?\s?\d{1,15}"
MORE_TICKETS = rf"(?:(?:\s*,\s*|\s+)(?:(?:and|und)\s+)?{ONE_TICKET})"
MOST_TICKETS = 200


def tickets(text: str, _heard: Heard) -> list[int]:
    found = list(dict.fromkeys(int(number) for number in re.findall(r"\d+", text)))
    if len(found) > MOST_TICKETS:
        raise Invalid("ticket.too-many", limit=MOST_TICKETS)
    return found


def incident(text: str, heard: Heard) -> int:
    digits = re.search(r"\d+", text)
    return int(digits[0]) if digits else shown("incident", heard)


_YES = {"yes", "yes,", "yeah", "yep", "ja", "ja,", "jawohl"}
_NO = {"no", "nope", "nein"}


def sure(text: str, _heard: Heard) -> bool:
    said = text.strip().casefold().rstrip("!.")
    if said not in _YES | _NO:
        raise Invalid("dialogue.yes-or-no")
    return said in _YES
