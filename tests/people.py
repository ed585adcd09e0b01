"""The people that tests talk about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import agents
from crm_core.agents import SYSTEM, Actor, Agent, Role
from crm_core.contacts import contacts
from crm_core.contacts.contacts import Contact

# A Monday, in the opening hours of the sample company.
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


async def add_agent(
    session: AsyncSession,
    name: str = "Mira Okafor",
    role: Role = Role.AGENT,
    *,
    language: str = "en",
    phone: str | None = "+493023125201",
    slack: str | None = None,
    telegram: str | None = None,
    team: str | None = None,
    languages: Sequence[str] = ("de", "en"),
) -> Agent:
    agent = await agents.add_agent(
        session, name=name, role=role, language=language, phone=phone, team=team, languages=languages, now=NOW
    )
    for channel, account in (("slack", slack), ("telegram", telegram)):
        if account is not None:
            await agents.link(session, agent, channel, account, NOW)
    return agent


async def add_contact(
    session: AsyncSession,
    name: str = "Greta Sommer",
    phone: str | None = "+493023125010",
    *,
    language: str | None = "de",
    organisation: str | None = None,
) -> Contact:
    return await contacts.add_contact(
        session, SYSTEM, name=name, phone=phone, language=language, organisation=organisation, now=NOW
    )


def as_actor(agent: Agent, channel: str = "terminal") -> Actor:
    return agents.actor_of(agent, channel)
