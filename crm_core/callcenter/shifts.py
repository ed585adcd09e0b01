"""Shifts: who works when, by the plan of the company file and what was changed of it for a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import rights
from crm_core.agents import Actor, Agent
from crm_core.callcenter import rota
from crm_core.callcenter.rota import Stretch
from crm_core.company import Company, Shift, company_of
from crm_core.db import Base, BigId
from crm_core.support.calendar import Calendar, calendar_of


class ShiftChange(Base):
    """Other hours on one day than planned, as `10:00-14:00`; "" for a day off. Breaks are not meant with it."""

    __tablename__ = "shift_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    day: Mapped[date] = mapped_column(Date)
    hours: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("agent_id", "day"),)


@dataclass(frozen=True, slots=True)
class Rota:
    """Somebody's plan. `changed`: the days that somebody changed."""

    agent: Agent
    shift: Shift | None
    plan: list[Stretch]
    changed: frozenset[date]


async def rotas(session: AsyncSession, first: date, last: date, agent_id: int | None = None) -> list[Rota]:
    """Of everybody, or of one, who has a shift or a changed day."""
    company = company_of(session)
    changes = await _changes(session, first, last)
    query = select(Agent).where(Agent.left_at.is_(None)).order_by(Agent.id)
    if agent_id is not None:
        query = query.where(Agent.id == agent_id)
    found = []
    for agent in (await session.scalars(query)).all():
        shift, theirs = company.shift_of(agent.name, agent.team), changes.get(agent.id, {})
        if shift is not None or theirs:
            plan = rota.stretches(shift, calendar(company, agent.team), theirs, first, last)
            found.append(Rota(agent, shift, plan, frozenset(theirs)))
    return found


async def on_day(session: AsyncSession, actor: Actor, day: date) -> Sequence[Rota]:
    """Who works on that day, the earliest first; and whose day off it is by a change."""
    rights.require(actor, "shift.read")
    found = [one for one in await rotas(session, day, day) if one.plan or one.changed]
    return sorted(found, key=lambda one: (not one.plan, one.plan[0].begin if one.plan else None, one.agent.name))


def calendar(company: Company, team: str | None) -> Calendar:
    """Holidays and the clock are those of the branch they work at."""
    described = company.teams.get(team or "")
    return calendar_of(company, described.branch if described is not None else None)


async def _changes(session: AsyncSession, first: date, last: date) -> Mapping[int, Mapping[date, str]]:
    found: dict[int, dict[date, str]] = defaultdict(dict)
    for change in await session.scalars(select(ShiftChange).where(ShiftChange.day.between(first, last))):
        found[change.agent_id][change.day] = change.hours
    return found
