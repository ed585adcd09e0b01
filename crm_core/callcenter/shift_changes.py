"""A lead changes somebody's shift for one day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, notices, rights
from crm_core.agents import SYSTEM, Actor, Agent
from crm_core.callcenter import turns, work
from crm_core.callcenter.shifts import ShiftChange
from crm_core.company import company_of
from crm_core.company.hours import read_spans
from crm_core.db import Record
from crm_core.errors import Invalid, Refused


async def change(session: AsyncSession, actor: Actor, agent_id: int, day: date, hours: str, now: datetime) -> Agent:
    """`hours` as `10:00-14:00`, `22:00-06:00` until the next day, or "" for a day off.

    Raises Invalid for hours that are none and days that are over.
    """
    rights.require(actor, "shift.change")
    _require_readable(hours)
    _require_to_come(session, day, now)
    agent = await work.lock_agent(session, agent_id)
    before = await _put(session, actor, agent.id, day, hours, now)
    data = {"day": day.isoformat(), "hours": hours, "parts": {"day": day.isoformat(), "hours": before}}
    await activity.record(session, actor, "agent.shift-changed", "agent", agent.id, now, data, reversible=True)
    await _tell(session, actor, agent, now)
    await _take_effect(session, agent, day, now)
    return agent


async def take_back(session: AsyncSession, actor: Actor, agent_id: int, day: date, now: datetime) -> Agent:
    """As the company file plans it. Raises Refused when nothing was changed."""
    rights.require(actor, "shift.change")
    _require_to_come(session, day, now)
    agent = await work.lock_agent(session, agent_id)
    before = await _put(session, actor, agent.id, day, None, now)
    if before is None:
        raise Refused("shift.not-changed", name=agent.name, day=day)
    data = {"day": day.isoformat(), "parts": {"day": day.isoformat(), "hours": before}}
    await activity.record(session, actor, "agent.shift-restored", "agent", agent.id, now, data, reversible=True)
    await _tell(session, actor, agent, now)
    await _take_effect(session, agent, day, now)
    return agent


async def _put(
    session: AsyncSession, actor: Actor, agent_id: int, day: date, hours: str | None, now: datetime
) -> str | None:
    """None for no change of the plan, before and after."""
    before = await session.scalar(
        delete(ShiftChange)
        .where(ShiftChange.agent_id == agent_id, ShiftChange.day == day)
        .returning(ShiftChange.hours)
        .execution_options(synchronize_session=False)
    )
    if hours is not None:
        session.add(ShiftChange(agent_id=agent_id, day=day, hours=hours, made_by=actor.name, made_at=now))
    await session.flush()
    return before


async def _reverse(session: AsyncSession, agent: Record, parts: dict[str, Any], now: datetime) -> None:
    """Undo: whatever stood there before."""
    day = date.fromisoformat(parts["day"])
    await _put(session, SYSTEM, agent.id, day, parts["hours"], now)
    await _take_effect(session, await work.lock_agent(session, agent.id), day, now)


async def _tell(session: AsyncSession, actor: Actor, agent: Agent, now: datetime) -> None:
    if agent.id != actor.agent_id:
        await notices.tell(session, agent.id, "notice.shift-changed", "agent", agent.id, now)


async def _take_effect(session: AsyncSession, agent: Agent, day: date, now: datetime) -> None:
    """At once, where it is about today: whatever turn was made belonged to another plan."""
    if day == _today(session, now):
        agent.shift_turned_at = None
        await session.flush()
        await turns.turn(session, agent.id, now)
    await turns.plan(session, now)


def _require_readable(hours: str) -> None:
    try:
        if hours:
            read_spans(hours, overnight=True)
    except ValueError as error:
        raise Invalid("shift.hours-unreadable", text=hours[:40]) from error


def _require_to_come(session: AsyncSession, day: date, now: datetime) -> None:
    if day < _today(session, now):
        raise Invalid("shift.day-over", day=day)


def _today(session: AsyncSession, now: datetime) -> date:
    return now.astimezone(company_of(session).zone).date()


activity.reversal("agent.shift-changed", _reverse)
activity.reversal("agent.shift-restored", _reverse)
