"""What an agent is busy with: offered a call, rung, talking, wrapping up; and free again."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import references
from crm_core.agents import BUSY, Agent, Presence
from crm_core.callcenter import board
from crm_core.errors import Refused
from crm_core.message import say


async def lock_agent(session: AsyncSession, agent_id: int) -> Agent:
    """After the call and the place in the queue, as everywhere. Raises NotFound."""
    return cast("Agent", await references.lock(session, "agent", agent_id))


async def reserve(session: AsyncSession, agent: Agent, now: datetime) -> None:
    """One call at a time. Who was away when they took it is away again afterwards. Raises Refused."""
    if agent.presence in BUSY:
        raise Refused("agent.busy", name=agent.name, state=say(f"agent.presence-{agent.presence}"))
    agent.presence_next = None if agent.presence == Presence.AVAILABLE else agent.presence
    agent.offered_at = now
    await become(session, agent, Presence.RESERVED, now)


async def become(session: AsyncSession, agent: Agent, state: Presence, now: datetime) -> None:
    if agent.presence != state:
        agent.presence = state
        agent.presence_since = now
        agent.updated_at = now
        await session.flush()
        await board.changed(session, now)


async def free(session: AsyncSession, agent_id: int, now: datetime) -> Agent:
    """Back to what they were or said to be next; nothing for who is busy with nothing."""
    agent = await lock_agent(session, agent_id)
    if agent.presence in BUSY:
        after = Presence(agent.presence_next) if agent.presence_next is not None else Presence.AVAILABLE
        agent.presence_next = None
        await become(session, agent, after, now)
    return agent
