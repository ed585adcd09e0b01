"""A lead changes somebody's shift for one day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, notices, rights
from crm_core.agents import Actor, Agent
from crm_core.callcenter import turns, work
from crm_core.callcenter.shifts import ShiftChange
from crm_core.company import company_of
from crm_core.company.hours import read_spans
from crm_core.errors import Invalid, Refused


async def change(session: AsyncSession, actor: Actor, agent_id: int, day: date, hours: str, now: datetime) -> Agent:
    """`hours` as `10:00-14:00`, or "" for a day off. Raises Invalid for hours that are none and days that are over."""
    rights.require(actor, "shift.change")
    _require_readable(hours)
    _require_to_come(session, day, now)
    agent = await work.lock_agent(session, agent_id)
    await session.execute(delete(ShiftChange).where(ShiftChange.agent_id == agent.id, ShiftChange.day == day))
    session.add(ShiftChange(agent_id=agent.id, day=day, hours=hours, made_by=actor.name, made_at=now))
    await session.flush()
    data = {"day": day.isoformat(), "hours": hours}
    await activity.record(session, actor, "agent.shift-changed", "agent", agent.id, now, data)
    await _take_effect(session, actor, agent, day, now)
    return agent


async def take_back(session: AsyncSession, actor: Actor, agent_id: int, day: date, now: datetime) -> Agent:
    """As the company file plans it. Raises Refused when nothing was changed."""
    rights.require(actor, "shift.change")
    _require_to_come(session, day, now)
    agent = await work.lock_agent(session, agent_id)
    gone = await session.scalar(
        delete(ShiftChange)
        .where(ShiftChange.agent_id == agent.id, ShiftChange.day == day)
        .returning(ShiftChange.id)
        .execution_options(synchronize_session=False)
    )
    if gone is None:
        raise Refused("shift.not-changed", name=agent.name, day=day)
    data = {"day": day.isoformat()}
    await activity.record(session, actor, "agent.shift-restored", "agent", agent.id, now, data)
    await _take_effect(session, actor, agent, day, now)
    return agent


async def _take_effect(session: AsyncSession, actor: Actor, agent: Agent, day: date, now: datetime) -> None:
    """At once, where it is about today."""
    if agent.id != actor.agent_id:
        await notices.tell(session, agent.id, "notice.shift-changed", "agent", agent.id, now)
    if day == _today(session, now):
        await turns.turn(session, now)
    await turns.plan(session, now)


def _require_readable(hours: str) -> None:
    try:
        if hours:
            read_spans(hours)
    except ValueError as error:
        raise Invalid("shift.hours-unreadable", text=hours[:40]) from error


def _require_to_come(session: AsyncSession, day: date, now: datetime) -> None:
    if day < _today(session, now):
        raise Invalid("shift.day-over", day=day)


def _today(session: AsyncSession, now: datetime) -> date:
    return now.astimezone(company_of(session).zone).date()
