"""Leaving: somebody does not work here any more. Their work goes on with another; what they did keeps their name."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, calendars, handover, references, rights
from crm_core.absences import Absence
from crm_core.agents import Actor, Agent, Identity, Invite, Presence, Role
from crm_core.errors import Invalid, NotAllowed, Refused
from crm_core.message import say


async def leave(session: AsyncSession, actor: Actor, agent: Agent, heir: Agent, now: datetime) -> int:
    """How many records the heir has to see to now. Nobody who ranks higher than the actor, and not the last admin."""
    rights.require(actor, "agent.leave")
    held = {number: await _locked(session, number) for number in sorted({agent.id, heir.id})}
    leaver = held[agent.id]
    if agent.id == heir.id or held[heir.id].left_at is not None:
        raise Invalid("agent.no-heir", name=agent.name)
    if leaver.left_at is not None:
        raise Refused("agent.left-already", name=agent.name)
    if actor.role is None or actor.role < Role[leaver.role.upper()]:
        raise NotAllowed("rights.role", role=say("agent.role-lead"))
    if leaver.role == "admin" and await _admins(session) == 1:
        raise Refused("agent.last-admin", name=agent.name)
    count = await handover.hand_over(session, actor, leaver, heir, now)
    for leaving in handover.LEAVING:
        await leaving(session, actor, agent.id, heir.id, now)
    await _close_the_doors(session, agent.id)
    await _end_absences(session, agent.id, heir.id, now)
    leaver.left_at = now
    leaver.presence = Presence.OFFLINE
    leaver.presence_since = now
    leaver.phone = None
    leaver.version += 1
    leaver.updated_at = now
    await session.flush()
    data = {"to": heir.id, "records": count}
    await activity.record(session, actor, "agent.left", "agent", agent.id, now, data)
    return count


async def _locked(session: AsyncSession, agent_id: int) -> Agent:
    return cast("Agent", await references.lock(session, "agent", agent_id))


async def _admins(session: AsyncSession) -> int:
    query = select(func.count()).select_from(Agent).where(Agent.role == "admin", Agent.left_at.is_(None))
    return await session.scalar(query) or 0


async def _close_the_doors(session: AsyncSession, agent_id: int) -> None:
    await session.execute(delete(Identity).where(Identity.agent_id == agent_id))
    await session.execute(delete(Invite).where(Invite.agent_id == agent_id))
    await calendars.close(session, agent_id)


async def _end_absences(session: AsyncSession, agent_id: int, heir_id: int, now: datetime) -> None:
    """For whom they stood in, the heir does now; for the heir, nobody."""
    await session.execute(delete(Absence).where(Absence.agent_id == agent_id, Absence.last_day >= now.date()))
    theirs = update(Absence).where(Absence.substitute_id == agent_id)
    await session.execute(theirs.where(Absence.agent_id != heir_id).values(substitute_id=heir_id))
    await session.execute(theirs.where(Absence.agent_id == heir_id).values(substitute_id=None))
