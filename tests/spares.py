"""Databases that one test after another uses, each time as if it were new: to make one is dear, so is a new engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import asyncpg
from sqlalchemy import AsyncAdaptedQueuePool
from sqlalchemy.exc import SQLAlchemyError

from crm_core.company import Company
from crm_core.db import Base, Database
from tests.postgres import create_database, drop_database


def _as_new(database: Database, company: Company) -> Database:
    database._info = {"company": company, "base_url": "", "has_transcriber": False}
    return database


@dataclass
class SqliteSpares:
    """`template` is the content of a migrated file."""

    folder: Path
    template: bytes
    company: Company
    _free: list[Database] = field(default_factory=list)

    def take(self) -> Database:
        database = self._free.pop() if self._free else self._made()
        # Written over, not made anew: the system keeps the file's pages.
        with Path(str(database.url.database)).open("r+b", buffering=0) as file:
            file.write(self.template)
            file.truncate()
        return _as_new(database, self.company)

    def give_back(self, database: Database) -> None:
        """Once it is closed. Whoever still holds it keeps it."""
        if not Path(f"{database.url.database}-wal").exists():
            self._free.append(database)

    def _made(self) -> Database:
        path = self.folder / f"{uuid4().hex[:12]}.db"
        path.touch()
        return Database(f"sqlite:///{path}", self.company)


@dataclass
class PostgresSpares:
    """They stay connected: a new connection has all the tables to learn, which takes longer than most tests."""

    server: str
    template: str
    emptying: str
    company: Company
    _free: list[Database] = field(default_factory=list)

    async def take(self) -> Database:
        return _as_new(self._free.pop() if self._free else await self._made(), self.company)

    async def give_back(self, database: Database) -> None:
        """It is dropped when somebody holds it or its tables are not those any more."""
        pool = database.engine.pool
        assert isinstance(pool, AsyncAdaptedQueuePool)
        if pool.checkedout():
            await database.close()
        if await self._is_emptied(database):
            self._free.append(database)
        else:
            await database.close()
            await drop_database(self.server, str(database.url.database))

    async def close(self) -> None:
        for database in self._free:
            await database.close()

    async def _made(self) -> Database:
        url = await create_database(self.server, f"t_{uuid4().hex[:12]}", template=self.template)
        return Database(url, self.company)

    async def _is_emptied(self, database: Database) -> bool:
        try:
            async with database.engine.connect() as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                assert driver is not None
                await driver.execute(self.emptying)
        except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            return False
        return True


async def emptying(url: str) -> str:
    """What makes a copy of this database as it is now, in one round trip. Refused where it was migrated since."""
    names = [table.name for table in Base.metadata.sorted_tables]
    connection = await asyncpg.connect(url)
    try:
        migrated = await connection.fetchval("SELECT xmin::text FROM alembic_version")
        steps = ["BEGIN; SET LOCAL lock_timeout = '2s'"]
        steps.append(f"SELECT 1 / count(*) FROM alembic_version WHERE xmin::text = '{migrated}'")
        steps += [f'DELETE FROM "{name}"' for name in reversed(names)]
        steps.append("SELECT setval(seqrelid, seqstart, false) FROM pg_sequence")
        for name in names:
            rows = await connection.fetchval(f'SELECT quote_literal(json_agg(kept)) FROM "{name}" AS kept')
            if rows:
                steps.append(f'INSERT INTO "{name}" SELECT * FROM json_populate_recordset(NULL::"{name}", {rows})')
        used = "SELECT seqrelid::regclass::text, pg_sequence_last_value(seqrelid) FROM pg_sequence"
        steps += [f"SELECT setval('{name}', {last})" for name, last in await connection.fetch(used) if last]
    finally:
        await connection.close()
    return "; ".join([*steps, "COMMIT"])
