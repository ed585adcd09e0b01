"""Turns of the rota: at the begin and end of shifts and breaks agents become what the plan says, each turn once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import absences, outbox
from crm_core.activity import Activity
from crm_core.agents import BUSY, SYSTEM, Agent, Presence
from crm_core.callcenter import presence, rota, shifts, work
from crm_core.callcenter.rota import Planned
from crm_core.callcenter.shifts import Rota, ShiftChange
from crm_core.company import Shift, company_of
from crm_core.outbox import EffectKind

TIMER = "shifts.turn"
# Longer than a house is closed at a stretch, but for its holidays.
LOOKED_BACK, LOOKED_AHEAD = timedelta(days=8), timedelta(days=1)
SAID = ("agent.presence-set", "agent.presence-planned")


async def on_due(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """Each agent has a turn of their own, so that nobody is held up by another's; and the next time is planned."""
    if "agent" in payload:
        await turn(session, payload["agent"], now)
        return
    for one in await _rotas(session, now):
        if _due(one, now) is not None:
            turning = {"verb": TIMER, "agent": one.agent.id}
            await outbox.enqueue(session, EffectKind.TIMER, f"timer:{TIMER}-{one.agent.id}", turning, now)
    await plan(session, now)


async def plan(session: AsyncSession, now: datetime) -> None:
    """At the next begin or end of anything, and at midnight, so that a long holiday ends the chain as little as a
    colleague who is new. Nothing where nobody works in shifts.
    """
    company = company_of(session)
    if not company.shifts and await session.scalar(select(ShiftChange.id).limit(1)) is None:
        return
    today = now.astimezone(company.zone).date()
    plans = [one.plan for one in await shifts.rotas(session, today - LOOKED_AHEAD, today + LOOKED_AHEAD)]
    for shift in company.shifts:
        calendar = shifts.calendar(company, shift.team)
        plans.append(rota.stretches(shift, calendar, {}, today - LOOKED_AHEAD, today + LOOKED_AHEAD))
    midnight = datetime.combine(today + timedelta(days=1), time(), company.zone).astimezone(UTC)
    due = min([midnight, *(moment for plan in plans if (moment := rota.next_turn(plan, now)) is not None)])
    key = f"{TIMER}:{int(due.timestamp())}"
    await outbox.enqueue(session, EffectKind.TIMER, f"timer:{key}", {"verb": TIMER}, now, due_at=due, dedupe_key=key)


async def turn(session: AsyncSession, agent_id: int, now: datetime) -> None:
    """Never for who is absent, and never against what somebody said of them; who is busy becomes it afterwards."""
    agent = await work.lock_agent(session, agent_id)
    for one in await _rotas(session, now, agent.id):
        planned = _due(one, now)
        if planned is None:
            continue
        agent.shift_turned_at = planned.since
        await session.flush()
        is_absent = await absences.current(session, agent.id, now) is not None
        if not is_absent and not await _said_otherwise(session, agent.id, planned):
            await _become(session, agent, planned, one.shift, now)


async def _rotas(session: AsyncSession, now: datetime, agent_id: int | None = None) -> list[Rota]:
    today = now.astimezone(company_of(session).zone).date()
    return await shifts.rotas(session, today - LOOKED_BACK, today + LOOKED_AHEAD, agent_id)


def _due(one: Rota, now: datetime) -> Planned | None:
    """What they should be, unless that turn was made."""
    planned, made = rota.planned_at(one.plan, now), one.agent.shift_turned_at
    return planned if planned is not None and (made is None or made < planned.since) else None


async def _said_otherwise(session: AsyncSession, agent_id: int, planned: Planned) -> bool:
    """Since the turn was due; or since the shift began, that they are not available: a break does not end that."""
    said = await session.scalar(
        select(Activity)
        .where(
            Activity.kind == "agent",
            Activity.record_id == agent_id,
            Activity.verb.in_(SAID),
            Activity.agent_id.is_not(None),
            Activity.undone_at.is_(None),
            Activity.at >= planned.shift_began,
        )
        .order_by(Activity.id.desc())
        .limit(1)
    )
    if said is None:
        return False
    after = said.data["after"]
    is_available = after.get("presence", after.get("presence_next")) in {None, Presence.AVAILABLE}
    return said.at >= planned.since or (planned.presence == Presence.AVAILABLE and not is_available)


async def _become(session: AsyncSession, agent: Agent, planned: Planned, shift: Shift | None, now: datetime) -> None:
    present = agent.presence if agent.presence not in BUSY else agent.presence_next or Presence.AVAILABLE
    if planned.presence == present or (planned.presence == Presence.AWAY and present == Presence.OFFLINE):
        return
    reason = shift.pause if shift is not None and planned.presence == Presence.AWAY else None
    await presence.change(session, SYSTEM, agent, planned.presence, now, reason)
