from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from crm_core import agents, schema
from crm_core.company import Company
from crm_core.db import Database
from crm_core.errors import Invalid
from tests.people import NOW
from tests.postgres import create_database, drop_database
from webhooks import administration
from webhooks.complaints import Complaint
from webhooks.settings import Settings

COMPANY_FILE = Path(__file__).parent.parent.parent / "offhook.yml"


@pytest.fixture(params=["sqlite", "postgresql"])
async def settings(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Settings]:
    """For a database without any table."""
    if request.param == "sqlite":
        yield Settings(_env_file=None, database_url=f"sqlite:///{tmp_path}/new.db", offhook_config=COMPANY_FILE)
        return
    server, name = request.getfixturevalue("postgres"), f"new_{uuid4().hex[:12]}"
    url = await create_database(server, name)
    yield Settings(_env_file=None, database_url=url, offhook_config=COMPANY_FILE)
    await drop_database(server, name)


async def test_an_empty_database_gets_its_tables_once(settings: Settings) -> None:
    newest = schema.newest_revision()
    assert await administration.migrate(settings) == f"The database is at revision {newest}. It was at none."
    assert await administration.migrate(settings) == f"The database is at revision {newest}."
    assert "stages are in order and applied" in await administration.apply(settings)


async def test_nothing_works_before_the_tables_are_there(settings: Settings) -> None:
    with pytest.raises(Complaint, match="offhook migrate"):
        await administration.invite(settings, "Ada", "admin", None, None)


async def test_a_code_links_an_account(settings: Settings, company: Company) -> None:
    await administration.migrate(settings)
    said = await administration.invite(settings, "Ada Kern", "admin", "en", "030 23125299")
    found = re.search(r"/start (\S+)", said)
    assert found is not None
    database = Database(settings.database_url, company)
    async with database.transaction() as session:
        agent = await agents.redeem(session, found[1], "telegram", "77", NOW)
        assert (agent.name, agent.role, agent.phone) == ("Ada Kern", "admin", "+493023125299")
    await database.close()
    assert "telegram" in await administration.list_agents(settings)


async def test_who_is_there_already_gets_a_new_code(settings: Settings) -> None:
    await administration.migrate(settings)
    first = await administration.invite(settings, "Ada", "admin", None, None)
    second = await administration.invite(settings, "Ada", "admin", None, None)
    assert first != second
    assert (await administration.list_agents(settings)).count("Ada") == 1


@pytest.mark.parametrize(
    ("role", "language", "phone", "said"),
    [("boss", None, None, "boss is no role"), ("agent", "fr", None, "fr is not among the languages")],
)
async def test_what_does_not_exist_is_named(
    settings: Settings, role: str, language: str | None, phone: str | None, said: str
) -> None:
    await administration.migrate(settings)
    with pytest.raises(Complaint, match=said):
        await administration.invite(settings, "Ada", role, language, phone)


async def test_a_phone_that_is_none_is_refused(settings: Settings) -> None:
    await administration.migrate(settings)
    with pytest.raises(Invalid):
        await administration.invite(settings, "Ada", "agent", None, "hello")
    assert (await administration.list_agents(settings)).startswith("Nobody yet.")
