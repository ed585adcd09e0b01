"""What an agent is able to do: the languages they speak, the skills they have. Routing asks for both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, rights
from crm_core.agents import Actor, Agent, Presence
from crm_core.callcenter import routing, work
from crm_core.company import company_of
from crm_core.errors import Invalid
from crm_core.names import fold

MOST = 20


async def speaks(session: AsyncSession, actor: Actor, agent_id: int, languages: Sequence[str], now: datetime) -> Agent:
    """These and no others, as two-letter codes. Who names none speaks their own."""
    rights.require(actor, "agent.set-abilities")
    agent = await work.lock_agent(session, agent_id)
    chosen = list(dict.fromkeys(languages))[:MOST]
    await activity.change(session, actor, agent, "agent.languages-set", now, languages=chosen)
    return await _offered_anew(session, agent, now)


async def knows(session: AsyncSession, actor: Actor, agent_id: int, skills: Sequence[str], now: datetime) -> Agent:
    """Beside what they know already. Raises Invalid for too many."""
    rights.require(actor, "agent.set-abilities")
    agent = await work.lock_agent(session, agent_id)
    chosen = list(dict.fromkeys([*agent.skills, *(_as_queues_say(session, skill) for skill in skills)]))
    if len(chosen) > MOST:
        raise Invalid("agent.too-many-skills", limit=MOST)
    await activity.change(session, actor, agent, "agent.skills-set", now, skills=chosen)
    return await _offered_anew(session, agent, now)


async def forgets(session: AsyncSession, actor: Actor, agent_id: int, skills: Sequence[str], now: datetime) -> Agent:
    rights.require(actor, "agent.set-abilities")
    agent = await work.lock_agent(session, agent_id)
    gone = {fold(skill) for skill in skills}
    kept = [skill for skill in agent.skills if fold(skill) not in gone]
    await activity.change(session, actor, agent, "agent.skills-set", now, skills=kept)
    return agent


def _as_queues_say(session: AsyncSession, skill: str) -> str:
    asked = {fold(wanted): wanted for rule in company_of(session).queues.values() for wanted in rule.skills}
    return asked.get(fold(skill), skill.strip().casefold())


async def _offered_anew(session: AsyncSession, agent: Agent, now: datetime) -> Agent:
    """Somebody may be waiting for just that."""
    if agent.presence == Presence.AVAILABLE:
        await routing.match_all(session, now)
    return agent
