"""Presence: who is on duty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, references, rights
from crm_core.agents import Actor, Agent, Presence
from crm_core.errors import Invalid


async def set_presence(session: AsyncSession, actor: Actor, presence: Presence, now: datetime) -> Agent:
    """The actor's own. Saying again what one already is changes nothing."""
    rights.require(actor, "agent.set-presence")
    if actor.agent_id is None:
        raise Invalid("rights.not-linked")
    agent = cast("Agent", await references.lock(session, "agent", actor.agent_id))
    if agent.presence != presence:
        await activity.change(session, actor, agent, "agent.presence-set", now, presence=presence, presence_since=now)
    return agent


async def list_agents(session: AsyncSession, actor: Actor) -> Sequence[Agent]:
    rights.require(actor, "agent.list")
    return (await session.scalars(select(Agent).where(Agent.left_at.is_(None)).order_by(Agent.name))).all()


async def anyone_available(session: AsyncSession) -> bool:
    """Whether a queue is worth waiting in: somebody is available and has a phone."""
    count = await session.scalar(
        select(func.count()).select_from(Agent).where(Agent.presence == Presence.AVAILABLE, Agent.phone.is_not(None))
    )
    return bool(count)
