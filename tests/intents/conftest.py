"""Two agents who talk, on either database."""

from __future__ import annotations

import pytest

from crm_core.db import Database
from tests import people
from tests.intents.talk import Talk
from tests.people import as_actor


@pytest.fixture
async def mira(database: Database) -> Talk:
    async with database.transaction() as session:
        return Talk(database, as_actor(await people.add_agent(session, "Mira Okafor")))


@pytest.fixture
async def jonas(database: Database) -> Talk:
    async with database.transaction() as session:
        return Talk(database, as_actor(await people.add_agent(session, "Jonas Weber", language="de")))
