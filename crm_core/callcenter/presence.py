"""Presence: who is on duty, and for how long who is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, notices, rights
from crm_core.agents import BUSY, Actor, Agent, Presence, actor_of
from crm_core.callcenter import board, queues, routing, work, wrapup
from crm_core.callcenter.calls import Call
from crm_core.errors import Invalid
from crm_core.message import say

LONGEST_REASON = 60


async def set_presence(
    session: AsyncSession, actor: Actor, presence: Presence, now: datetime, *, reason: str | None = None
) -> Agent:
    """The actor's own. Saying again what one already is changes nothing.

    Who is busy with a call becomes it afterwards; but who is available has written down what was to be.
    """
    rights.require(actor, "agent.set-presence")
    if actor.agent_id is None:
        raise Invalid("rights.not-linked")
    _require_sayable(presence, reason)
    talked = await wrapup.lock_own(session, actor.agent_id) if presence == Presence.AVAILABLE else None
    agent = await work.lock_agent(session, actor.agent_id)
    if presence == Presence.AVAILABLE and await wrapup.end_early(session, actor, agent, talked, now):
        return agent
    return await change(session, actor, agent, presence, now, reason)


async def set_of(
    session: AsyncSession,
    actor: Actor,
    agent_id: int,
    presence: Presence,
    now: datetime,
    *,
    reason: str | None = None,
) -> Agent:
    """A lead's word on a colleague, who is told of it."""
    rights.require(actor, "agent.set-presence-of-others")
    _require_sayable(presence, reason)
    agent = await work.lock_agent(session, agent_id)
    await change(session, actor, agent, presence, now, reason)
    if agent.id != actor.agent_id:
        await notices.tell(session, agent.id, "notice.presence-set", "agent", agent.id, now)
    return agent


def _require_sayable(presence: Presence, reason: str | None) -> None:
    if presence in BUSY:
        raise Invalid("agent.presence-follows", state=say(f"agent.presence-{presence}"))
    if reason is not None and len(reason) > LONGEST_REASON:
        raise Invalid("text.too-long", limit=LONGEST_REASON)


async def change(
    session: AsyncSession, actor: Actor, agent: Agent, presence: Presence, now: datetime, reason: str | None
) -> Agent:
    """Of an agent who is locked."""
    agent.missed_offers = 0
    if agent.presence in BUSY:
        after = None if presence == Presence.AVAILABLE else str(presence)
        if (agent.presence_next, agent.presence_reason) != (after, reason):
            planned = {"presence_next": after, "presence_reason": reason}
            await activity.change(session, actor, agent, "agent.presence-planned", now, **planned)
    elif agent.presence != presence or agent.presence_reason != reason:
        changed: dict[str, Any] = {"presence": presence, "presence_since": now, "presence_reason": reason}
        await activity.change(session, actor, agent, "agent.presence-set", now, **changed)
    await board.changed(session, now)
    if agent.presence == Presence.AVAILABLE:
        await routing.match_all(session, now)
    return agent


async def hung_up(session: AsyncSession, call: Call, now: datetime) -> None:
    """Who dialled in to go on duty could not be rung while they held the phone."""
    wish = call.ivr.get("on_duty")
    if wish is None:
        return
    agent = await work.lock_agent(session, wish)
    if agent.left_at is None:
        await change(session, actor_of(agent, "phone"), agent, Presence.AVAILABLE, now, None)


async def list_agents(session: AsyncSession, actor: Actor) -> Sequence[Agent]:
    rights.require(actor, "agent.list")
    return (await session.scalars(select(Agent).where(Agent.left_at.is_(None)).order_by(Agent.name))).all()


async def free_now(session: AsyncSession, actor: Actor, limit: int) -> Sequence[Agent]:
    """Colleagues who could take a call at once, the longest idle first."""
    rights.require(actor, "agent.list")
    found = await session.scalars(
        select(Agent)
        .where(Agent.presence == Presence.AVAILABLE, Agent.left_at.is_(None), Agent.phone.is_not(None))
        .where(Agent.id != actor.agent_id)
        .order_by(Agent.presence_since, Agent.id)
        .limit(limit)
    )
    return found.all()


async def anyone_there(session: AsyncSession, queue: str, language: str | None, *, besides: int | None = None) -> bool:
    """Whether a queue is worth waiting in. `besides`: who asks for others."""
    return any(agent_id != besides for agent_id in await there(session, queue, language))


async def there(session: AsyncSession, queue: str, language: str | None) -> list[int]:
    """Who of a queue is on duty, has a phone and speaks the language: the ids of the agents.

    Who is on a call now is free later, unless they said that they leave.
    """
    on_duty = queues.staff(queues.rule_of(session, queue)).where(
        Agent.presence.in_([Presence.AVAILABLE, *BUSY]), Agent.presence_next.is_(None)
    )
    query = on_duty.with_only_columns(Agent.id, Agent.languages, Agent.language)
    return [
        agent_id
        for agent_id, languages, own in (await session.execute(query)).all()
        if language is None or language in (languages or [own])
    ]
