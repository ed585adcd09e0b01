"""A floor: agents on duty, callers in a queue, and what the carrier reports of the phones that ring."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from crm_core.agents import SYSTEM, Actor, Agent, Presence
from crm_core.callcenter import (
    arrivals,
    callbacks,
    calls,
    ending,
    legs,
    outgoing,
    passed,
    presence,
    reports,
    routing,
    supervision,
    talks,
)
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.offers import Offer
from crm_core.company import Company, QueueRule
from crm_core.db import Database
from crm_core.outbox import Effect, EffectKind
from crm_core.support import tickets
from crm_core.timers import TIMERS
from tests import people
from tests.people import NOW, as_actor

LINE = "+493023125100"
T = TypeVar("T")


@dataclass
class Floor:
    database: Database
    company: Company
    now: datetime = NOW
    _sids: int = 0
    _actors: dict[str, Actor] = field(default_factory=dict)

    def rule(self, queue: str = "support", **rules: Any) -> None:
        changed = {**self.company.queues, queue: QueueRule(name={"de": queue, "en": queue}, **rules)}
        self.company = self.company.model_copy(update={"queues": changed})
        self.database.works_for(self.company)

    def set(self, **rules: Any) -> None:
        callcenter = self.company.callcenter.model_copy(update=rules)
        self.company = self.company.model_copy(update={"callcenter": callcenter})
        self.database.works_for(self.company)

    async def hire(self, name: str, *, team: str | None = None, **about: Any) -> Actor:
        """On duty from now on; who came earlier is idle longer."""
        async with self.database.transaction() as session:
            agent = await people.add_agent(session, name, phone=f"+4930231252{len(self._actors):02}", team=team)
            for column, value in about.items():
                setattr(agent, column, value)
            await session.flush()
            actor = as_actor(agent)
            await presence.set_presence(session, actor, Presence.AVAILABLE, self.now)
        self._actors[name] = actor
        self.later(1)
        return actor

    async def caller(self, number: str = "+493023125010", queue: str = "support", language: str = "de") -> int:
        self._sids += 1
        async with self.database.transaction() as session:
            inbound = await arrivals.answer(session, f"CA{self._sids}", number, LINE, {}, self.now)
            call = await calls.lock_call(session, inbound.id)
            await calls.speak(session, call, language, self.now)
            await routing.join(session, call, queue, self.now)
            return call.id

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def pass_time(self, seconds: float) -> None:
        """What falls due on the way is carried out at its time."""
        until = self.now + timedelta(seconds=seconds)
        while (effect := await self._next_timer(until)) is not None:
            self.now = max(self.now, effect.due_at)
            async with self.database.transaction() as session:
                await TIMERS[effect.payload["verb"]](session, effect.payload, self.now)
        self.now = until

    async def _next_timer(self, until: datetime) -> Effect | None:
        async with self.database.transaction() as session:
            effect = await session.scalar(
                select(Effect)
                .where(Effect.kind == EffectKind.TIMER, Effect.state == "pending", Effect.due_at <= until)
                .order_by(Effect.due_at, Effect.id)
                .limit(1)
            )
            if effect is not None:
                effect.state = "done"
            return effect

    async def rung(self, call_id: int) -> list[str]:
        """The agents whose phones ring for a call, in the order in which they were rung."""
        async with self.database.transaction() as session:
            names = await session.scalars(
                select(Agent.name)
                .join(Offer, Offer.agent_id == Agent.id)
                .where(Offer.call_id == call_id, Offer.ended_at.is_(None))
                .order_by(Offer.id)
            )
            return list(names)

    async def report(self, name: str, status: str, seconds: int | None = None) -> None:
        """Of the newest leg of an agent."""
        async with self.database.transaction() as session:
            leg = await self._leg(session, name)
            await reports.of_leg(session, leg, f"CL{leg.id}", status, self.now, seconds, self.now)

    async def accept(self, actor: Actor, call_id: int) -> None:
        """On the card, by hand."""
        async with self.database.transaction() as session:
            await talks.accept(session, actor, call_id, self.now)

    async def press_one(self, name: str) -> Call | None:
        async with self.database.transaction() as session:
            leg = await self._leg(session, name)
            await reports.of_leg(session, leg, f"CL{leg.id}", "in-progress", self.now, None, self.now)
            return await talks.pick_up(session, leg, self.now)

    async def press_two(self, name: str) -> bool:
        async with self.database.transaction() as session:
            leg = await self._leg(session, name)
            await reports.of_leg(session, leg, f"CL{leg.id}", "in-progress", self.now, None, self.now)
            return await talks.turn_down(session, leg, self.now)

    async def does(self, verb: Callable[..., Awaitable[T]], *arguments: Any, **options: Any) -> T:
        """One verb, in a transaction of its own."""
        async with self.database.transaction() as session:
            return await verb(session, *arguments, self.now, **options)

    async def picks_up(self, call_id: int, party: Party) -> Call | None:
        """Somebody who is no agent: the newest of the party who is rung for a call."""
        comes = {
            Party.CUSTOMER: outgoing.customer_joined,
            Party.THIRD: passed.third_joined,
            Party.SUPERVISOR: supervision.joined,
        }
        async with self.database.transaction() as session:
            leg = await self._of_party(session, call_id, party)
            await reports.of_leg(session, leg, f"CL{leg.id}", "in-progress", self.now, None, self.now)
            return await comes[party](session, leg, self.now)

    async def reports_of(self, call_id: int, party: Party, status: str) -> None:
        async with self.database.transaction() as session:
            leg = await self._of_party(session, call_id, party)
            await reports.of_leg(session, leg, f"CL{leg.id}", status, self.now, 30, self.now)

    async def call(self, call_id: int) -> Call:
        async with self.database.transaction() as session:
            return await calls.lock_call(session, call_id)

    async def hang_up(self, call_id: int) -> None:
        async with self.database.transaction() as session:
            call = await calls.lock_call(session, call_id)
            await ending.report(session, call, "completed", self.now, None, self.now)

    async def wish_for_callback(self, call_id: int) -> None:
        async with self.database.transaction() as session:
            call = await calls.lock_call(session, call_id)
            ticket = await tickets.open_ticket(session, SYSTEM, subject="Rückruf", call_id=call.id, now=self.now)
            number = str(call.from_number)
            await callbacks.request_callback(session, SYSTEM, call, number, ticket.id, self.now)

    async def state(self, call_id: int) -> str:
        async with self.database.transaction() as session:
            return (await calls.lock_call(session, call_id)).state

    async def presence(self, name: str) -> str:
        async with self.database.transaction() as session:
            return (await session.scalars(select(Agent.presence).where(Agent.name == name))).one()

    async def effects(self, kind: EffectKind) -> Sequence[Effect]:
        async with self.database.transaction() as session:
            return (await session.scalars(select(Effect).where(Effect.kind == kind).order_by(Effect.id))).all()

    async def _leg(self, session: Any, name: str) -> CallLeg:
        newest = select(CallLeg.id).join(Agent, Agent.id == CallLeg.agent_id).where(Agent.name == name)
        leg_id = (await session.scalars(newest.order_by(CallLeg.id.desc()).limit(1))).one()
        leg = await legs.lock_leg(session, leg_id)
        assert leg is not None
        return leg

    async def _of_party(self, session: Any, call_id: int, party: Party) -> CallLeg:
        newest = select(CallLeg.id).where(CallLeg.call_id == call_id, CallLeg.party == party)
        leg = await legs.lock_leg(session, (await session.scalars(newest.order_by(CallLeg.id.desc()).limit(1))).one())
        assert leg is not None
        return leg
