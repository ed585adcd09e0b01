"""Rows of any table, read in order and written as lines that mean the same on either database."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, LargeBinary, Table, bindparam, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.db import Base, UtcDateTime
from crm_core.hold import Hold

BATCH = 1000

Values = dict[str, Any]


@dataclass(slots=True)
class Sum:
    """How many rows, and the sum of their digests: the same in whatever order a database sorts its texts."""

    count: int = 0
    digest: int = 0

    def add(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.count += 1
            self.digest += int.from_bytes(hashlib.sha256(line.encode()).digest()[:16], "big")

    def as_text(self) -> str:
        return f"{self.count}:{self.digest:x}"


def tables() -> list[Table]:
    """Parents before children. The hold belongs to a database, not to its content."""
    return [table for table in Base.metadata.sorted_tables if table is not Hold.__table__]


def batch_of(table: Table) -> int:
    """Fewer rows at a time where one of them is large."""
    return int(table.info.get("batch", BATCH))


async def count(session: AsyncSession, table: Table) -> int:
    return await session.scalar(select(func.count()).select_from(table)) or 0


async def read(session: AsyncSession, table: Table, after: Sequence[Any] = ()) -> AsyncIterator[list[Values]]:
    """Batches in the order of the primary key, beginning behind `after`."""
    keys = list(table.primary_key.columns)
    last = tuple(after)
    while True:
        query = select(table).order_by(*keys).limit(batch_of(table))
        if last:
            behind = [bindparam(None, value, key.type) for key, value in zip(keys, last, strict=True)]
            query = query.where(tuple_(*keys) > tuple_(*behind))
        batch = [dict(row) for row in (await session.execute(query)).mappings()]
        if not batch:
            return
        yield batch
        last = tuple(batch[-1][key.name] for key in keys)


async def write(session: AsyncSession, table: Table, batch: list[Values]) -> None:
    """Rows that point at others of their own table are tied by `tie`, when all are there."""
    own = _own(table)
    await session.execute(insert(table), [row | dict.fromkeys(own) for row in batch] if own else batch)


async def tie(session: AsyncSession, table: Table, batch: list[Values]) -> None:
    [key] = table.primary_key.columns
    for name in _own(table):
        tied = [{"row": row[key.name], "to": row[name]} for row in batch if row[name] is not None]
        if tied:
            statement = update(table).where(key == bindparam("row")).values({name: bindparam("to")})
            await session.execute(statement, tied)


def is_tied(table: Table) -> bool:
    return bool(_own(table))


async def last_key(session: AsyncSession, table: Table) -> Sequence[Any]:
    """() for an empty table."""
    keys = list(table.primary_key.columns)
    row = (await session.execute(select(*keys).order_by(*(key.desc() for key in keys)).limit(1))).first()
    return tuple(row) if row is not None else ()


async def set_sequences(session: AsyncSession) -> None:
    """PostgreSQL's counters go on behind the rows that came with their numbers; SQLite's do so by themselves."""
    if session.get_bind().dialect.name == "sqlite":
        return
    for table in tables():
        if "id" in table.columns and await count(session, table):
            newest = select(func.max(table.c.id)).scalar_subquery()
            await session.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), newest)))


def line(table: Table, row: Values) -> str:
    values = [None if row[c.name] is None else _written(c.type)(row[c.name]) for c in table.columns]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def values(table: Table, line: str) -> Values:
    """Raises ValueError for what is no line of this table."""
    found = json.loads(line)
    if not isinstance(found, list) or len(found) != len(table.columns):
        raise ValueError(f"a row of {table.name} has {len(table.columns)} columns")
    pairs = zip(table.columns, found, strict=True)
    return {c.name: None if value is None else _read(c.type)(value) for c, value in pairs}


def _own(table: Table) -> list[str]:
    return [key.parent.name for key in table.foreign_keys if key.column.table is table]


def _written(kind: Any) -> Callable[[Any], Any]:
    if isinstance(kind, (UtcDateTime, Date)):
        return lambda value: value.isoformat()
    if isinstance(kind, LargeBinary):
        return lambda value: base64.b64encode(value).decode()
    return lambda value: value


def _read(kind: Any) -> Callable[[Any], Any]:
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat
    if isinstance(kind, Date):
        return date.fromisoformat
    if isinstance(kind, LargeBinary):
        return base64.b64decode
    return lambda value: value
