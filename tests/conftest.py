"""Databases for tests: SQLite in a file, PostgreSQL started by the test run itself."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import settings

import crm_core
from crm_core import schema
from crm_core.company import Company, read_company
from crm_core.db import Database
from crm_core.sales.stages import apply_stages
from tests import people
from tests.postgres import create_database, postgres_or_skip
from tests.spares import PostgresSpares, SqliteSpares, emptying

crm_core.load()
# Learning takes a minute: what is about the model loads one itself.
os.environ["UNDERSTANDING"] = "examples"
# How long an example takes says something of the machine alone.
settings.register_profile("offhook", deadline=None)
settings.load_profile("offhook")
# What is imported stays: to look through all of it again and again is a good part of what tests would take.
gc.freeze()
gc.set_threshold(20_000, 20, 50)
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def company() -> Company:
    return read_company(ROOT / "offhook.yml")


@pytest.fixture
def now() -> datetime:
    return people.NOW


@pytest.fixture
def own_commands() -> Iterator[None]:
    """Of a test that loads some, nothing stays."""
    from intents import extensions

    yield
    extensions.unload()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a server; each test makes a database of its own on it."""
    with postgres_or_skip() as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
async def loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


@pytest.fixture(autouse=True)
def nothing_goes_on(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """What a test leaves behind does not go on beside the next, which has the same loop."""
    yield
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))


async def _prepare(url: str, company: Company) -> Database:
    database = Database(url, company)
    await schema.migrate(database)
    async with database.transaction() as session:
        await apply_stages(session, company)
    return database


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, company: Company) -> Path:
    """A migrated file: copying it is cheaper than migrating again for every test."""
    path = tmp_path_factory.mktemp("template") / "template.db"

    async def make() -> None:
        database = await _prepare(f"sqlite:///{path}", company)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture(scope="session")
def sqlite_spares(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, company: Company) -> SqliteSpares:
    return SqliteSpares(tmp_path_factory.mktemp("databases"), sqlite_template.read_bytes(), company)


@pytest.fixture
async def sqlite_database(sqlite_spares: SqliteSpares) -> AsyncIterator[Database]:
    database = sqlite_spares.take()
    yield database
    await database.close()
    sqlite_spares.give_back(database)


@pytest.fixture(scope="session")
async def postgres_spares(postgres: str, postgres_template: str, company: Company) -> AsyncIterator[PostgresSpares]:
    url = postgres.rpartition("/")[0] + f"/{postgres_template}"
    spares = PostgresSpares(postgres, postgres_template, await emptying(url), company)
    yield spares
    await spares.close()


@pytest.fixture
async def postgres_database(postgres_spares: PostgresSpares) -> AsyncIterator[Database]:
    database = await postgres_spares.take()
    yield database
    await postgres_spares.give_back(database)


@pytest.fixture(scope="session")
def postgres_template(postgres: str, company: Company) -> str:
    async def make() -> None:
        url = await create_database(postgres, "template_offhook")
        database = await _prepare(url, company)
        await database.close()

    asyncio.run(make())
    return "template_offhook"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Everything that touches data runs on both."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found = request.getfixturevalue(name)
    assert isinstance(found, Database)
    return found
