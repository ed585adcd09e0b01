"""One way to the database: SQLite in place on the event loop, PostgreSQL through asyncpg."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, DateTime, Integer, MetaData, String, event, func, select
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator
from sqlalchemy.util import await_only

from crm_core.company import Company

BUSY_RETRY_SECONDS = 0.005
BUSY_LIMIT_SECONDS = 10.0

_USABLE = "use sqlite:///file.db or postgresql://user@host/name"

# Compared byte by byte: a range is a prefix whatever language PostgreSQL sorts in.
BYTEWISE = String().with_variant(String(collation="C"), "postgresql")
BigId = BigInteger().with_variant(Integer, "sqlite")


def one_of(column: str, values: Iterable[str]) -> str:
    """The condition that a column holds one of an enumeration's values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; a naive one is refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime()}


class Record(Base):
    """What every record people work with has: a public number, a version that grows with each change, two times."""

    __abstract__ = True
    __table_args__: Any = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class _InPlaceConnection(sqlite3.Connection):
    """A plain sqlite3 connection under SQLAlchemy's async dialect: its statements run in place on the loop.

    aiosqlite's own connection hops to a thread for each statement, which doubles the CPU of a whole webhook.
    """

    def terminate(self) -> None:
        self.close()


class _InPlaceSession(AsyncSession):
    """Calls straight through: in place there is nothing to wait for, so no greenlet is needed a statement."""

    async def execute(self, *arguments: Any, **options: Any) -> Any:
        return self.sync_session.execute(*arguments, **options)

    async def scalar(self, *arguments: Any, **options: Any) -> Any:
        return self.sync_session.scalar(*arguments, **options)

    async def scalars(self, *arguments: Any, **options: Any) -> Any:
        return self.sync_session.scalars(*arguments, **options)

    async def get(self, *arguments: Any, **options: Any) -> Any:
        return self.sync_session.get(*arguments, **options)

    async def flush(self, objects: Any = None) -> None:
        self.sync_session.flush(objects)

    async def commit(self) -> None:
        self.sync_session.commit()

    async def rollback(self) -> None:
        self.sync_session.rollback()


async def alone(session: AsyncSession, name: str) -> None:
    """Whoever else asks for the same name waits until this transaction ends. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def driver_url(url: str) -> URL:
    """The product picks the driver: people write `sqlite:///file.db` or `postgres://…`."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError(f"DATABASE_URL is no address: {_USABLE}") from error
    backend = parsed.drivername.partition("+")[0]
    if backend == "sqlite":
        if parsed.database in {None, "", ":memory:"}:
            raise ValueError(f"DATABASE_URL names no file: {_USABLE}")
        return parsed.set(drivername="sqlite+aiosqlite")
    if backend in {"postgres", "postgresql"}:
        query = dict(parsed.query)
        ssl_mode = query.pop("sslmode", None)
        if ssl_mode is not None:
            query["ssl"] = ssl_mode
        return parsed.set(drivername="postgresql+asyncpg", query=query)
    raise ValueError(f"DATABASE_URL names {backend!r}: {_USABLE}")


def _connect_in_place(path: str) -> _InPlaceConnection:
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, factory=_InPlaceConnection)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


def _begin_immediate(connection: Connection) -> None:
    """Another process may be writing: wait for it without freezing the loop."""
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    deadline = time.monotonic() + BUSY_LIMIT_SECONDS
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            busy = (error.sqlite_errorcode or 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
        await_only(asyncio.sleep(BUSY_RETRY_SECONDS))


def _sqlite_engine(url: URL) -> AsyncEngine:
    path = url.database or ":memory:"
    # A pool of one is the asyncio lock around the only writing connection.
    engine = create_async_engine(
        url,
        creator=lambda: _connect_in_place(path),
        hide_parameters=True,
        pool_size=1,
        max_overflow=0,
        pool_timeout=60,
    )
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _sqlite_reader(url: URL) -> AsyncEngine:
    """Long reads run beside the writer, each on a thread of its own."""
    reader = create_async_engine(url, hide_parameters=True, pool_size=2, max_overflow=2)

    @event.listens_for(reader.sync_engine, "connect")
    def read_only(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA query_only=ON")

    return reader


class Database:
    """The engine of one process. `transaction()` is the unit of work of one ask, webhook or effect."""

    def __init__(self, url: str, company: Company, pool_size: int = 10) -> None:
        self._info: dict[str, Any] = {"company": company, "base_url": "", "has_transcriber": False}
        self.url = driver_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = _sqlite_engine(self.url)
            self._reader = _sqlite_reader(self.url)
            self._session_class: type[AsyncSession] = _InPlaceSession
        else:
            self.engine = create_async_engine(
                self.url, hide_parameters=True, pool_size=pool_size, max_overflow=0, pool_timeout=30
            )
            self._reader = self.engine
            self._session_class = AsyncSession

    def works_for(self, company: Company) -> None:
        """From the next transaction on."""
        self._info = {**self._info, "company": company}

    def is_reached_at(self, base_url: str) -> None:
        """The address of this server, for what people are told to open."""
        self._info = {**self._info, "base_url": base_url}

    def transcribes(self) -> None:
        """From now on it is wished that what callers leave is written out."""
        self._info = {**self._info, "has_transcriber": True}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Commits at the end, rolls back on any exception. Nothing but the database is awaited inside."""
        async with self._session_class(
            self.engine, expire_on_commit=False, autoflush=False, info=self._info
        ) as session:
            if self.is_sqlite:
                await session.connection()
            try:
                yield session
            except BaseException:
                await session.rollback()
                raise
            await session.commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """For long reads (reports, exports): never blocks the writer."""
        async with AsyncSession(self._reader, expire_on_commit=False, autoflush=False, info=self._info) as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()
        if self._reader is not self.engine:
            await self._reader.dispose()
