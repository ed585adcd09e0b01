from datetime import timedelta

import pytest

from crm_core import agents
from crm_core.agents import Role
from crm_core.db import Database
from crm_core.errors import Invalid, NotFound
from tests import people
from tests.people import NOW


async def test_an_invite_links_an_account_once(database: Database) -> None:
    async with database.transaction() as session:
        mira = await people.add_agent(session)
        code = await agents.invite(session, mira, NOW)
        await agents.redeem(session, code, "telegram", "555", NOW)
        actor = await agents.identify(session, "telegram", "555")
        assert actor is not None
        assert actor.agent_id == mira.id
    with pytest.raises(Invalid):
        async with database.transaction() as session:
            await agents.redeem(session, code, "telegram", "666", NOW)


@pytest.mark.parametrize("code", ["", "wrong", "' OR 1=1 --"])
async def test_a_wrong_code_links_nobody(sqlite_database: Database, code: str) -> None:
    with pytest.raises(Invalid):
        async with sqlite_database.transaction() as session:
            await agents.redeem(session, code, "telegram", "555", NOW)


async def test_an_old_code_links_nobody(sqlite_database: Database) -> None:
    async with sqlite_database.transaction() as session:
        code = await agents.invite(session, await people.add_agent(session), NOW)
    with pytest.raises(Invalid):
        async with sqlite_database.transaction() as session:
            await agents.redeem(session, code, "telegram", "555", NOW + timedelta(days=8))


async def test_a_stranger_is_nobody(sqlite_database: Database) -> None:
    async with sqlite_database.transaction() as session:
        assert await agents.identify(session, "slack", "U404") is None


@pytest.mark.parametrize("name", ["Mira Okafor", "mira okafor", "mira", "@Mira"])
async def test_a_colleague_is_found_by_first_name(sqlite_database: Database, name: str) -> None:
    async with sqlite_database.transaction() as session:
        await people.add_agent(session, "Mira Okafor", Role.LEAD)
        await people.add_agent(session, "Jonas Weber")
        assert (await agents.find_agent(session, name)).name == "Mira Okafor"


async def test_a_first_name_that_two_have_is_refused(sqlite_database: Database) -> None:
    async with sqlite_database.transaction() as session:
        await people.add_agent(session, "Mira Okafor")
        await people.add_agent(session, "Mira Lang")
        with pytest.raises(NotFound):
            await agents.find_agent(session, "Mira")
