"""A floor whose agents work a call list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from crm_core.agents import Actor
from crm_core.callcenter import attempts, claiming, filling, list_progress
from crm_core.callcenter.call_lists import CallList
from crm_core.callcenter.callees import Callee
from crm_core.callcenter.calls import Call
from crm_core.callcenter.filling import Filled, Wanted
from crm_core.callcenter.legs import Party
from crm_core.callcenter.list_progress import Progress
from crm_core.company.call_lists import CallLists
from crm_core.contacts.consents import Purpose
from crm_core.contacts.contacts import Contact
from crm_core.outbox import EffectKind
from tests import people
from tests.crm_core.callcenter.stage import Floor

NAMES = ("Greta Sommer", "Emily Clarke", "Thomas Groß")


@dataclass
class Listed:
    """A list with people on it who live in Berlin, each with a number of their own."""

    floor: Floor
    list_id: int = 0
    contacts: dict[str, int] = field(default_factory=dict)

    async def people(self, *names: str) -> list[int]:
        async with self.floor.database.transaction() as session:
            for name in names:
                number = f"+4930231256{len(self.contacts):02}"
                self.contacts[name] = (await people.add_contact(session, name, number)).id
        return [self.contacts[name] for name in names]

    async def made(self, actor: Actor, names: Sequence[str] = NAMES, purpose: Purpose = Purpose.SERVICE) -> Filled:
        wanted = [Wanted(contact_id) for contact_id in await self.people(*names)]
        filled = await self.fill(actor, wanted, purpose)
        self.list_id = filled.call_list.id
        return filled

    async def fill(self, actor: Actor, wanted: Sequence[Wanted], purpose: Purpose = Purpose.SERVICE) -> Filled:
        async with self.floor.database.transaction() as session:
            return await filling.make(session, actor, "Spring", purpose, wanted, self.floor.now)

    async def next(self, actor: Actor) -> Callee | None:
        async with self.floor.database.transaction() as session:
            return (await claiming.claim(session, actor, self.list_id, self.floor.now)).callee

    async def turn(self, actor: Actor) -> str | None:
        """The name of who is next."""
        callee = await self.next(actor)
        return await self.name(callee) if callee is not None else None

    async def name(self, callee: Callee) -> str:
        async with self.floor.database.transaction() as session:
            return (await session.get_one(Contact, callee.contact_id)).name

    async def callee(self, name: str) -> Callee:
        async with self.floor.database.transaction() as session:
            found = await session.scalars(select(Callee).where(Callee.contact_id == self.contacts[name]))
            return found.one()

    async def call(self, actor: Actor, name: str) -> Call:
        callee = await self.callee(name)
        call = await self.floor.does(attempts.dial, actor, callee.id)
        assert isinstance(call, Call)
        return call

    async def unreached(self, actor: Actor, name: str, status: str = "no-answer") -> Call:
        """The agent presses 1, the phone of the customer rings, nobody talks."""
        call = await self.call(actor, name)
        await self.floor.press_one(actor.name)
        await self._requested(call.id)
        await self.floor.reports_of(call.id, Party.CUSTOMER, status)
        await self.floor.report(actor.name, "completed")
        return call

    async def talked(self, actor: Actor, name: str) -> Call:
        call = await self.call(actor, name)
        await self.floor.press_one(actor.name)
        await self.floor.picks_up(call.id, Party.CUSTOMER)
        self.floor.later(60)
        await self.floor.reports_of(call.id, Party.CUSTOMER, "completed")
        await self.floor.report(actor.name, "completed")
        return call

    async def _requested(self, call_id: int) -> None:
        async with self.floor.database.transaction() as session:
            leg = await self.floor._of_party(session, call_id, Party.CUSTOMER)
            leg.sid = f"CL{leg.id}"

    async def progress(self, actor: Actor) -> Progress:
        async with self.floor.database.transaction() as session:
            call_list = await session.get_one(CallList, self.list_id)
            return await list_progress.of_list(session, actor, call_list, self.floor.now)

    def rules(self, **rules: object) -> None:
        """Of the company file."""
        self.floor.set(call_lists=CallLists.model_validate(rules))

    def hours_later(self, hours: float) -> None:
        self.floor.later(timedelta(hours=hours).total_seconds())

    async def dials(self) -> int:
        return len(await self.floor.effects(EffectKind.DIAL))
