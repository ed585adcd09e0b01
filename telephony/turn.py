"""One turn of a caller: what was heard, where they are in the menu, what is said next."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import phones
from crm_core.agents import Actor, Proof
from crm_core.callcenter import callers
from crm_core.callcenter.callers import Caller
from crm_core.callcenter.calls import Call
from crm_core.company import Company, Node, company_of
from crm_core.company.part import LocalText
from crm_core.contacts.contacts import Contact
from crm_core.message import Message, Param, say
from intents import catalogue
from intents.understand.meant import Meant
from intents.values.digits import spoken_digits
from telephony.voice import Spoken

MOST_STRIKES = 3
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Heard:
    """`meant`: what the speech was taken for before the transaction, where no example says it."""

    digits: str = ""
    speech: str = ""
    meant: Meant | None = None

    @property
    def is_silence(self) -> bool:
        return not self.digits and not self.speech.strip()

    @property
    def words(self) -> list[str]:
        return _WORD.findall(self.speech.casefold())

    def beside(self, phrases: str) -> int | None:
        """How many words were said beside one of the comma-separated phrases; None when none of them was said."""
        said = f" {' '.join(self.words)} "
        counts = [
            len(self.words) - len(phrase.split())
            for phrase in phrases.casefold().split(",")
            if phrase.strip() and f" {phrase.strip()} " in said
        ]
        return min(counts, default=None)

    def means(self, phrases: str, most_beside: int = 1000) -> bool:
        """One of the phrases is what was said, or is in it with at most so many words beside it."""
        beside = self.beside(phrases)
        return beside is not None and beside <= most_beside

    def as_digits(self) -> str:
        """`vier sieben 11` is 4711, `double five` 55; empty for what is no row of digits."""
        return self.digits or spoken_digits(self.words) or ""

    def as_key(self, names: str) -> Heard:
        """`Die Zwei` is key 2. `names` are those of the keys from 0 up: `zero/oh,one,two`."""
        if self.digits or not 0 < len(self.words) <= 2:
            return self
        last = self.words[-1]
        for key, spellings in enumerate(names.split(",")):
            if last in {str(key), *spellings.split("/")}:
                return replace(self, digits=str(key))
        return self


@dataclass(slots=True)
class Turn:
    """`call.ivr` holds: node, step, strikes; what was proved, collected and given as number (and whose that is); what
    is asked on the way (asking, asked, then); what the node itself needs (phase, draft, given, chosen, tickets, slots,
    wish); and of an emergency that the caller was told of it, that it has closed the house, and which queue it diverted
    them from.
    """

    session: AsyncSession
    call: Call
    caller: Caller
    language: str
    now: datetime

    @property
    def company(self) -> Company:
        return company_of(self.session)

    @property
    def home(self) -> str:
        """The node where a call begins at this hour; an emergency may have closed the house for this one."""
        phone = self.company.phone
        is_open = self.company.is_open(self.now) and not self.state.get("closed")
        return phone.start if is_open else phone.closed

    @property
    def node(self) -> Node:
        """Where the caller is; at the beginning when the company file has changed under them."""
        nodes = self.company.phone.nodes
        return nodes.get(self.state.get("node", self.home)) or nodes[self.home]

    @property
    def number(self) -> str | None:
        """Where the caller can be reached: what they gave when they were asked for it, else where they call from."""
        return self.state.get("number") or self.caller.number

    @property
    def contact_id(self) -> int | None:
        """Whom it is about: the caller, else whose number was given. The latter proves nothing: it is noted for the
        team, and nothing of theirs is told.
        """
        return self.caller.contact_id or self.state.get("given_for")

    @property
    def is_proved(self) -> bool:
        """By the PIN, and of the contact that the call belongs to now."""
        return self.caller.contact_id is not None and self.state.get("proved") == self.caller.contact_id

    @property
    def actor(self) -> Actor:
        actor = self.caller.actor(self.language)
        return replace(actor, proof=Proof.PIN) if self.is_proved else actor

    @property
    def state(self) -> dict[str, Any]:
        return self.call.ivr

    @property
    def step(self) -> int:
        return int(self.state.get("step", 0))

    def remember(self, **changes: Any) -> None:
        """The column is replaced, not mutated: that is how a change of JSON is noticed."""
        self.call.ivr = {**self.call.ivr, **changes}

    def next_step(self) -> int:
        """Part of every address that is called next, so that two genuine steps are never taken for one delivery."""
        self.remember(step=self.step + 1)
        return self.step

    def next_action(self) -> str:
        return f"/twilio/ivr?step={self.next_step()}"

    def say(self, id: str, **params: Param) -> Spoken:
        return Spoken(catalogue.render(Message(id, params), self.language, self.company.zone), self.language)

    def written(self, text: LocalText) -> Spoken:
        """What the company file says."""
        return Spoken(text[self.language], self.language)

    def words(self, id: str, **params: Param) -> str:
        return self.say(id, **params).text

    def for_team(self, id: str, **params: Param) -> str:
        """What the team reads is in the house's own language, not the caller's."""
        return catalogue.render(Message(id, params), self.company.language, self.company.zone)

    async def called_by(self) -> Param:
        contact = await self.session.get(Contact, self.contact_id) if self.contact_id is not None else None
        if contact is not None:
            return contact.name
        return phones.shown(self.number) if self.number else say("phone.somebody")


async def turn_of(session: AsyncSession, call: Call, now: datetime) -> Turn:
    """The caller in the language they chose or are known by, else in the house's own."""
    company = company_of(session)
    caller = await callers.caller_of(session, call)
    language = caller.language if caller.language in company.languages else company.language
    return Turn(session, call, caller, language or company.language, now)
