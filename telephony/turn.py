"""One turn of a caller: what was heard, where they are in the menu, what is said next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import phones
from crm_core.agents import Actor
from crm_core.callcenter.calls import Call, Caller
from crm_core.company import Company, company_of
from crm_core.message import Message, Param, say
from intents import catalogue
from telephony.voice import Spoken

MOST_STRIKES = 3


@dataclass(frozen=True, slots=True)
class Heard:
    digits: str = ""
    speech: str = ""

    @property
    def is_silence(self) -> bool:
        return not self.digits and not self.speech.strip()

    def means(self, words: str) -> bool:
        """One of the comma-separated phrases is what was said, or is in it."""
        said = f" {self.speech.casefold().strip(' .!?')} "
        return any(f" {phrase.strip()} " in said for phrase in words.split(","))


@dataclass(slots=True)
class Turn:
    """`call.ivr` holds: node, step, strikes, and what the node itself needs (phase, draft, tickets, wish)."""

    session: AsyncSession
    call: Call
    caller: Caller
    language: str
    now: datetime

    @property
    def company(self) -> Company:
        return company_of(self.session)

    @property
    def actor(self) -> Actor:
        return self.caller.actor(self.language)

    @property
    def state(self) -> dict[str, Any]:
        return self.call.ivr

    def remember(self, **changes: Any) -> None:
        """The column is replaced, not mutated: that is how a change of JSON is noticed."""
        self.call.ivr = {**self.call.ivr, **changes}

    def next_action(self) -> str:
        """A new address a step, so that two genuine steps are never taken for one delivery."""
        step = int(self.state.get("step", 0)) + 1
        self.remember(step=step)
        return f"/twilio/ivr?step={step}"

    def say(self, id: str, **params: Param) -> Spoken:
        return Spoken(catalogue.render(Message(id, params), self.language, self.company.zone), self.language)

    def words(self, id: str) -> str:
        return self.say(id).text

    def for_team(self, id: str, **params: Param) -> str:
        """What the team reads is in the house's own language, not the caller's."""
        return catalogue.render(Message(id, params), self.company.language, self.company.zone)

    @property
    def called_by(self) -> Param:
        return self.caller.name or (phones.shown(self.caller.number) if self.caller.number else say("phone.somebody"))
