"""The state of the database's tables: bring it up to date, ask for it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_core.db import Database

# Any two processes that migrate the same PostgreSQL wait for each other on this number.
MIGRATION_LOCK = 0x0FF4009


def configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


@cache
def newest_revision() -> str | None:
    return ScriptDirectory.from_config(configuration()).get_current_head()


async def revision(database: Database) -> str | None:
    """What the database is at; None for an empty one."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def migrate(database: Database, target: str = "head") -> None:
    async with _altering(database) as connection:
        await connection.run_sync(_upgrade, target)


async def roll_back(database: Database, target: str = "base") -> None:
    async with _altering(database) as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), target))


@asynccontextmanager
async def _altering(database: Database) -> AsyncIterator[AsyncConnection]:
    """SQLite makes a table anew to change it: what refers to it must not notice, and is checked before the commit."""
    async with database.engine.connect() as connection:
        if not database.is_sqlite:
            async with connection.begin():
                yield connection
            return
        driver = (await connection.get_raw_connection()).dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            async with connection.begin():
                yield connection
                broken = driver.execute("PRAGMA foreign_key_check").fetchall()
                assert not broken, f"the migration broke references: {broken[:5]}"
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _upgrade(connection: Connection, target: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
    command.upgrade(configuration(connection), target)
