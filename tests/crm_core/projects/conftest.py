"""The people of a project, on either database."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from crm_core.agents import Actor, Agent, Role
from crm_core.db import Database
from tests import people
from tests.people import as_actor


@dataclass(frozen=True, slots=True)
class Team:
    database: Database
    mira: Agent
    jonas: Agent
    lena: Agent

    @property
    def actor(self) -> Actor:
        return as_actor(self.mira)

    @property
    def other(self) -> Actor:
        return as_actor(self.jonas)

    @property
    def lead(self) -> Actor:
        return as_actor(self.lena)


@pytest.fixture
async def team(database: Database) -> Team:
    async with database.transaction() as session:
        return Team(
            database,
            await people.add_agent(session, "Mira Okafor"),
            await people.add_agent(session, "Jonas Weber", slack="U2"),
            await people.add_agent(session, "Lena Brandt", Role.LEAD, telegram="555"),
        )
