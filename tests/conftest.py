"""Databases for tests: SQLite in a file, PostgreSQL started by the test run itself."""

from __future__ import annotations

import gc
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from asyncpg.exceptions import PostgresError
from hypothesis import settings
from sqlalchemy.exc import SQLAlchemyError

import crm_core
from crm_core import schema
from crm_core.company import Company, read_company
from crm_core.db import Base, Database
from crm_core.sales.stages import apply_stages
from tests import people
from tests.postgres import create_database, drop_database, postgres_or_skip

crm_core.load()
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


async def _prepare(url: str, company: Company) -> Database:
    database = Database(url, company)
    await schema.migrate(database)
    async with database.transaction() as session:
        await apply_stages(session, company)
    return database


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, company: Company) -> Path:
    """A migrated file: copying it is cheaper than migrating again for every test."""
    import asyncio

    path = tmp_path_factory.mktemp("template") / "template.db"

    async def make() -> None:
        database = await _prepare(f"sqlite:///{path}", company)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture(scope="session")
def spares() -> dict[str, list[Database]]:
    """By kind, the databases of tests that are over: what their engines have compiled is compiled."""
    return {"sqlite": [], "postgresql": []}


def _as_new(database: Database, company: Company) -> Database:
    database._info = {"company": company, "base_url": "", "has_transcriber": False}
    return database


@pytest.fixture
async def sqlite_database(
    sqlite_template: Path, sqlite_folder: Path, spares: dict[str, list[Database]], company: Company
) -> AsyncIterator[Database]:
    spare = spares["sqlite"].pop() if spares["sqlite"] else None
    path = Path(str(spare.url.database)) if spare else sqlite_folder / f"{uuid4().hex[:12]}.db"
    shutil.copy(sqlite_template, path)
    database = _as_new(spare, company) if spare else Database(f"sqlite:///{path}", company)
    yield database
    await database.close()
    if not path.with_name(f"{path.name}-wal").exists():
        spares["sqlite"].append(database)


@pytest.fixture
async def postgres_database(
    postgres: str, postgres_template: str, spares: dict[str, list[Database]], company: Company
) -> AsyncIterator[Database]:
    spare = spares["postgresql"].pop() if spares["postgresql"] else None
    name = f"t_{uuid4().hex[:12]}"
    database = (
        _as_new(spare, company)
        if spare
        else Database(await create_database(postgres, name, template=postgres_template), company)
    )
    yield database
    is_spare = await _emptied(database, company)
    await database.close()
    if is_spare:
        spares["postgresql"].append(database)
    else:
        await drop_database(postgres, str(database.url.database))


async def _emptied(database: Database, company: Company) -> bool:
    """As it was after the migrations. False when something holds it, or its tables are not those any more."""
    try:
        if await schema.revision(database) != schema.newest_revision():
            return False
        async with database.transaction() as session:
            raw = await (await session.connection()).get_raw_connection()
            assert raw.driver_connection is not None
            await raw.driver_connection.execute(_emptying())
            await apply_stages(session, company)
    except (SQLAlchemyError, PostgresError):
        return False
    return True


@cache
def _emptying() -> str:
    """All in one round trip: some eighty of them took longer than most tests."""
    tables = (f'DELETE FROM "{table.name}"' for table in reversed(Base.metadata.sorted_tables))
    sequences = "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence"
    return "; ".join(["SET LOCAL lock_timeout = '2s'", *tables, sequences])


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("databases")


@pytest.fixture(scope="session")
def postgres_template(postgres: str, company: Company) -> str:
    import asyncio

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
