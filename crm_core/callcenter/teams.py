"""Teams: which one an agent is in. What teams there are is in offhook.yml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, rights
from crm_core.agents import Actor, Agent, Presence
from crm_core.callcenter import routing, work
from crm_core.company import Company, Team, company_of
from crm_core.errors import Invalid
from crm_core.names import fold


async def put_into(session: AsyncSession, actor: Actor, agent_id: int, team: str | None, now: datetime) -> Agent:
    """By key, or out of theirs with None. Raises Invalid for a team that offhook.yml does not describe."""
    rights.require(actor, "agent.set-team")
    if team is not None and team not in company_of(session).teams:
        raise _unknown(company_of(session), team, actor.language)
    agent = await work.lock_agent(session, agent_id)
    await activity.change(session, actor, agent, "agent.team-set", now, team=team)
    if agent.presence == Presence.AVAILABLE:
        await routing.match_all(session, now)
    return agent


def key_of(company: Company, said: str, language: str) -> str:
    """A team by its key or its name in any language. Raises Invalid naming those there are."""
    wanted = fold(said.strip())
    for key, team in company.teams.items():
        if wanted in {fold(key), *map(fold, team.name.values())}:
            return key
    raise _unknown(company, said, language)


async def empty(session: AsyncSession) -> list[str]:
    """The teams in which nobody is."""
    filled = set(await session.scalars(select(Agent.team).where(Agent.left_at.is_(None)).distinct()))
    return [key for key in company_of(session).teams if key not in filled]


def _unknown(company: Company, said: str, language: str) -> Invalid:
    return Invalid("agent.team-unknown", text=said[:40], names=_listed(company.teams, language))


def _listed(teams: Mapping[str, Team], language: str) -> str:
    return ", ".join(team.name.get(language, key) for key, team in teams.items()) or "–"
