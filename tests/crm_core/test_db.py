import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from crm_core.agents import Agent
from crm_core.company import Company
from crm_core.db import Database, driver_url
from tests import people


@pytest.mark.parametrize(
    ("written", "driver"),
    [
        ("sqlite:///offhook.db", "sqlite+aiosqlite"),
        ("postgres://me@db/offhook", "postgresql+asyncpg"),
        ("postgresql://me@db/offhook", "postgresql+asyncpg"),
        ("postgresql+psycopg://me@db/offhook", "postgresql+asyncpg"),
    ],
)
def test_the_product_picks_the_driver(written: str, driver: str) -> None:
    assert driver_url(written).drivername == driver


def test_an_ssl_mode_reaches_the_driver_under_its_own_name() -> None:
    assert driver_url("postgres://me@db/offhook?sslmode=require").query == {"ssl": "require"}


def test_another_database_is_refused_with_what_to_write() -> None:
    with pytest.raises(ValueError, match=r"use sqlite:///file\.db or postgresql://"):
        driver_url("mysql://me@db/offhook")


async def test_what_fails_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await people.add_agent(session)
            raise RuntimeError
    async with database.transaction() as session:
        assert (await session.scalars(select(Agent))).all() == []


async def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    async with database.transaction() as session:
        await people.add_agent(session)
    async with database.transaction() as session:
        agent = (await session.scalars(select(Agent))).one()
    assert agent.created_at == people.NOW
    assert agent.created_at.tzinfo is not None


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        async with database.transaction() as session:
            agent = await people.add_agent(session)
            agent.updated_at = datetime(2026, 1, 1)  # noqa: DTZ001
            await session.flush()


async def test_many_transactions_at_once_all_arrive(database: Database) -> None:
    async def add(number: int) -> None:
        async with database.transaction() as session:
            await people.add_agent(session, f"Agent {number}")

    await asyncio.gather(*(add(number) for number in range(40)))
    async with database.transaction() as session:
        assert len((await session.scalars(select(Agent))).all()) == 40


async def test_another_process_writing_does_not_freeze_the_loop(sqlite_database: Database) -> None:
    path = sqlite_database.url.database
    assert path is not None
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with sqlite_database.transaction() as session:
            await people.add_agent(session)

    waiting = asyncio.create_task(write())
    turns = 0
    while turns < 20:
        await asyncio.sleep(0)
        turns += 1
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()
    await waiting


async def test_long_reads_see_what_is_committed_and_write_nothing(tmp_path: Path, company: Company) -> None:
    database = Database(f"sqlite:///{tmp_path / 'read.db'}", company)
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE note (body TEXT)"))
        await session.execute(text("INSERT INTO note VALUES ('seen')"))
    async with database.reading() as session:
        assert await session.scalar(text("SELECT body FROM note")) == "seen"
        with pytest.raises(Exception, match="readonly"):
            await session.execute(text("DELETE FROM note"))
    await database.close()


def test_now_in_tests_is_in_opening_hours(company: Company) -> None:
    assert company.is_open(people.NOW)
    assert not company.is_open(datetime(2026, 11, 22, 10, tzinfo=UTC))
