"""Absences: who is away on which days, and who stands in for them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

from sqlalchemy import CheckConstraint, Date, Exists, ForeignKey, Index, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, references, rights
from crm_core.agents import Actor, Agent, Presence, Role
from crm_core.company import company_of
from crm_core.db import Record
from crm_core.errors import Invalid, NotAllowed, Refused
from crm_core.message import say


class Reason(enum.StrEnum):
    SICK = "sick"
    HOLIDAY = "holiday"
    AWAY = "away"


class Absence(Record):
    """Both days are part of it."""

    __tablename__ = "absence"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    reason: Mapped[str]
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    __table_args__ = (
        CheckConstraint("reason IN ('sick', 'holiday', 'away')", name="reason"),
        Index("ix_absence_agent_id", "agent_id", "last_day"),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("absence", self.id)


async def report(
    session: AsyncSession,
    actor: Actor,
    agent: Agent,
    *,
    reason: Reason,
    last_day: date,
    now: datetime,
    first_day: date | None = None,
    substitute: Agent | None = None,
) -> Absence:
    """One's own; for another it takes a lead. Who is absent today is off duty from now on."""
    rights.require(actor, "absence.report")
    _require_own_or_lead(actor, agent)
    today = _today(session, now)
    begins = first_day or today
    if last_day < begins or last_day < today:
        raise Invalid("absence.ends-before")
    if substitute is not None and substitute.id == agent.id:
        raise Invalid("absence.own-substitute")
    if begins <= today:
        await _go_off_duty(session, actor, agent, now)
    absence = Absence(
        agent_id=agent.id,
        substitute_id=substitute.id if substitute is not None else None,
        reason=reason,
        first_day=begins,
        last_day=last_day,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(absence)
    await session.flush()
    await activity.created(session, actor, absence, "absence.reported", now)
    return absence


async def end(session: AsyncSession, actor: Actor, agent: Agent, now: datetime) -> None:
    """They are back today. Raises Refused for who is not away."""
    rights.require(actor, "absence.report")
    _require_own_or_lead(actor, agent)
    found = await current(session, agent.id, now)
    if found is None:
        raise Refused("absence.none", name=agent.name)
    held = cast("Absence", await references.lock(session, "absence", found.id))
    await session.delete(held)
    await session.flush()
    await activity.record(session, actor, "absence.ended", "agent", agent.id, now)


async def current(session: AsyncSession, agent_id: int, now: datetime) -> Absence | None:
    today = _today(session, now)
    return await session.scalar(
        select(Absence)
        .where(Absence.agent_id == agent_id, Absence.first_day <= today, Absence.last_day >= today)
        .order_by(Absence.id.desc())
        .limit(1)
    )


def is_absent(session: AsyncSession, now: datetime) -> Exists:
    """Of the agents in a query."""
    today = _today(session, now)
    absent = exists().where(Absence.agent_id == Agent.id, Absence.first_day <= today, Absence.last_day >= today)
    return absent.correlate(Agent)


async def list_current(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[tuple[Absence, Agent]]:
    """Who is away today or will be, the nearest first."""
    rights.require(actor, "agent.list")
    found = await session.execute(
        select(Absence, Agent)
        .join(Agent, Agent.id == Absence.agent_id)
        .where(Absence.last_day >= _today(session, now))
        .order_by(Absence.first_day, Absence.id)
        .limit(50)
    )
    return [(absence, agent) for absence, agent in found]


async def stands_in(session: AsyncSession, agent_id: int, now: datetime) -> int:
    """Who does their work today: themselves, or the substitute of the substitute …; a circle ends at its first."""
    seen: list[int] = []
    wanted = agent_id
    while wanted not in seen:
        absence = await current(session, wanted, now)
        if absence is None:
            return wanted
        seen.append(wanted)
        if absence.substitute_id is None:
            return wanted
        wanted = absence.substitute_id
    return agent_id


async def covered_by(session: AsyncSession, agent_id: int, now: datetime) -> list[int]:
    """Those who are absent today and whose work is this agent's."""
    today = _today(session, now)
    absent = await session.scalars(
        select(Absence.agent_id)
        .where(Absence.first_day <= today, Absence.last_day >= today, Absence.agent_id != agent_id)
        .distinct()
        .order_by(Absence.agent_id)
    )
    return [other for other in absent.all() if await stands_in(session, other, now) == agent_id]


async def present(session: AsyncSession, agent: Agent, now: datetime) -> Agent:
    """Who gets what is meant for the agent."""
    stand_in = await stands_in(session, agent.id, now)
    return agent if stand_in == agent.id else cast("Agent", await references.read(session, "agent", stand_in))


async def _go_off_duty(session: AsyncSession, actor: Actor, agent: Agent, now: datetime) -> None:
    held = cast("Agent", await references.lock(session, "agent", agent.id))
    if held.presence != Presence.OFFLINE:
        after = {"presence": Presence.OFFLINE, "presence_since": now}
        await activity.change(session, actor, held, "agent.presence-set", now, **after)


def _require_own_or_lead(actor: Actor, agent: Agent) -> None:
    is_lead = actor.role is not None and actor.role >= Role.LEAD
    if actor.agent_id != agent.id and not is_lead:
        raise NotAllowed("rights.role", role=say("agent.role-agent"))


def _today(session: AsyncSession, now: datetime) -> date:
    return now.astimezone(company_of(session).zone).date()
