"""A conversation without a channel: one person in one place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from crm_core import conversation
from crm_core.agents import Actor, Proof
from crm_core.contacts.contacts import Contact
from crm_core.conversation import Offered
from crm_core.db import Database
from intents.ask import Ask
from intents.reply import Choice, Choices, Fields, Form, Reply, Table
from intents.router import answer
from intents.understand.meant import Meant
from tests.people import NOW


@dataclass
class Talk:
    """`audience` of a button is this conversation unless another one is named."""

    database: Database
    actor: Actor
    is_public: bool = False
    now: datetime = field(default=NOW)

    @property
    def place(self) -> str:
        return f"{self.actor.channel}:{'public' if self.is_public else 'private'}:{self.actor.name}"

    async def say(self, text: str, meant: Meant | None = None) -> Reply:
        return await self._answer(replace(self._ask(text, None), meant=meant))

    async def press(self, choice: Choice, audience: str | None = None) -> Reply:
        async with self.database.transaction() as session:
            offered = Offered(choice.say, choice.record, choice.version, choice.question)
            tokens = await conversation.offer(session, [offered], audience, self.now)
        return await self.press_token(tokens[0])

    async def press_token(self, token: str) -> Reply:
        return await self._answer(self._ask("", token))

    def _ask(self, text: str, token: str | None) -> Ask:
        return Ask(self.actor.channel, self.place, f"account of {self.actor.name}", text, token, self.is_public)

    async def _answer(self, ask: Ask) -> Reply:
        async with self.database.transaction() as session:
            return await answer(session, self.actor, ask, self.now)


def stranger(language: str = "en") -> Actor:
    """An account that nobody linked."""
    return Actor(name="Somebody", channel="slack", language=language)


def caller(contact: Contact, language: str = "en") -> Actor:
    """A customer, known by their number."""
    return Actor(name=contact.name, channel="phone", language=language, contact_id=contact.id, proof=Proof.CALLER_ID)


def choices(reply: Reply) -> list[Choice]:
    return [choice for part in reply.parts if isinstance(part, Choices) for choice in part.choices]


def choice(reply: Reply, say: str) -> Choice:
    return next(choice for choice in choices(reply) if choice.say == say)


def everything(reply: Reply) -> str:
    """All that is shown, buttons included."""
    lines = [reply.text]
    for part in reply.parts:
        match part:
            case Fields():
                lines += [part.title, *(f"{label}: {value}" for label, value in part.pairs), part.body]
            case Table():
                lines += [" ".join(row) for row in [part.columns, *part.rows]]
            case Form():
                lines += [f"{field.label} {field.value} {field.error}" for field in part.fields]
            case Choices():
                lines += [f"{choice.label} {choice.say}" for choice in part.choices]
    return "\n".join(lines)
