"""What callers are told of an emergency, each once."""

from __future__ import annotations

from crm_core.callcenter.emergencies import Emergency
from crm_core.company import Company
from crm_core.message import Message
from intents import catalogue
from telephony.turn import Turn
from telephony.voice import Spoken


def spoken(company: Company, emergency: Emergency, language: str) -> Spoken:
    """The words of whoever declared it; a general sentence in the languages that they gave none for."""
    text = emergency.texts.get(language)
    return Spoken(text or catalogue.render(Message("phone.emergency"), language, company.zone), language)


def to_everybody(company: Company, emergency: Emergency | None, known: str | None) -> list[Spoken]:
    """At the beginning of a call: in every language until it is known which one the caller speaks."""
    if emergency is None:
        return []
    languages = [known] if known in company.languages else company.languages
    return [spoken(company, emergency, language or company.language) for language in languages]


def news(turn: Turn, emergency: Emergency | None) -> list[Spoken]:
    """What is new to this caller."""
    if emergency is None or turn.state.get("told") == emergency.id:
        return []
    turn.remember(told=emergency.id)
    return [spoken(turn.company, emergency, turn.language)]
