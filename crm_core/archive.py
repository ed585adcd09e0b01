"""A whole database in one file, or carried over to another database: counted, checked, and held back afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from sqlalchemy import Table, delete
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import files, hold, rows, schema
from crm_core.db import Database
from crm_core.errors import Invalid
from crm_core.files import Store
from crm_core.outbox import Effect, EffectKind
from crm_core.privacy.replay import Replay
from crm_core.rows import Sum, Values
from crm_core.sales.stages import Stage

MANIFEST = "offhook.json"
FORMAT = 1
FILES = "files/"
COPYING = "a copy into this database is not finished"

Progress = Callable[[str, int], None]


async def backup(
    database: Database, file: Path, now: datetime, tell: Progress, store: Store | None = None
) -> dict[str, int]:
    """The rows by table. One moment of the database, whatever is written meanwhile; the file is there whole or not.

    `store` is where files lie whose bytes are not in the database. Raises Invalid when one of them is not there.
    """
    part = file.with_name(file.name + ".part")
    sums: dict[str, Sum] = {}
    with ZipFile(part, "w", ZIP_DEFLATED) as archive:
        async with _snapshot(database) as reading:
            for table in rows.tables():
                sums[table.name] = await _pack(reading, archive, table, tell)
            stored = await files.elsewhere(reading)
        await _pack_files(archive, stored, store)
        document = {"format": FORMAT, "revision": await schema.revision(database), "made_at": now.isoformat()}
        counted = {name: found.as_text() for name, found in sums.items()}
        archive.writestr(MANIFEST, json.dumps({**document, "tables": counted}, indent=2))
    part.replace(file)
    return {name: found.count for name, found in sums.items()}


async def restore(
    database: Database,
    file: Path,
    now: datetime,
    tell: Progress,
    replay: Replay | None = None,
    *,
    replaces: bool = False,
) -> dict[str, int]:
    """Into an empty database of the same revision, in one commit: after a crash nothing is there.

    `replaces`: what is there goes, but for its erasures. `replay` carries out what was erased since the backup.

    Raises Invalid for a file that is no backup or was damaged, another revision, or a database that is in use.
    """
    try:
        with ZipFile(file) as archive:
            manifest = _manifest(archive)
            await _require_revision(database, manifest["revision"])
            async with database.transaction() as session:
                if replaces:
                    await (replay or Replay()).collect(session)
                    await _empty(session)
                else:
                    await _require_empty(session)
                for table in rows.tables():
                    found = await _unpack(session, archive, table, tell)
                    if found.as_text() != manifest["tables"].get(table.name, Sum().as_text()):
                        raise Invalid("archive.damaged", table=table.name)
                await _unpack_files(session, archive, now)
                await rows.set_sequences(session)
                if replay is not None:
                    await replay.carry_out(session, now)
                await hold.put(session, "restored from a backup", now)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise Invalid("archive.unreadable", file=file.name) from error
    return {name: int(text.partition(":")[0]) for name, text in manifest["tables"].items()}


async def copy(source: Database, target: Database, now: datetime, tell: Progress) -> dict[str, int]:
    """Batch by batch, so that a copy that was cut off goes on where it was. Nothing may write to the source meanwhile.

    Raises Invalid when the target is in use, or when the two differ in the end.
    """
    await _require_revision(target, await schema.revision(source) or "none")
    await _begin_copy(target, now)
    sums: dict[str, Sum] = {}
    async with _snapshot(source) as reading:
        for table in rows.tables():
            await _carry(reading, target, table, tell)
            sums[table.name] = await _summed(reading, table)
    async with target.transaction() as session:
        for table in rows.tables():
            if (await _summed(session, table)).as_text() != sums[table.name].as_text():
                raise Invalid("archive.differs", table=table.name)
        await rows.set_sequences(session)
        await hold.put(session, "copied from another database", now)
    return {name: found.count for name, found in sums.items()}


@asynccontextmanager
async def _snapshot(database: Database) -> AsyncIterator[AsyncSession]:
    async with database.reading() as session:
        if database.is_sqlite:
            await (await session.connection()).exec_driver_sql("BEGIN")
        else:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


async def _pack(session: AsyncSession, archive: ZipFile, table: Table, tell: Progress) -> Sum:
    found = Sum()
    with archive.open(f"{table.name}.ndjson", "w", force_zip64=True) as member:
        async for batch in rows.read(session, table):
            lines = [rows.line(table, row) for row in batch]
            found.add(lines)
            member.write("".join(f"{line}\n" for line in lines).encode())
            tell(table.name, len(batch))
    return found


async def _unpack(session: AsyncSession, archive: ZipFile, table: Table, tell: Progress) -> Sum:
    found = Sum()
    for lines in _batches(archive, table):
        found.add(lines)
        await rows.write(session, table, [rows.values(table, line) for line in lines])
        tell(table.name, len(lines))
    if rows.is_tied(table):
        for lines in _batches(archive, table):
            await rows.tie(session, table, [rows.values(table, line) for line in lines])
    return found


def _batches(archive: ZipFile, table: Table) -> Iterator[list[str]]:
    with archive.open(f"{table.name}.ndjson") as member:
        lines = (line.decode().removesuffix("\n") for line in member)
        while batch := list(islice(lines, rows.batch_of(table))):
            yield batch


async def _carry(reading: AsyncSession, target: Database, table: Table, tell: Progress) -> None:
    async with target.transaction() as session:
        after = await rows.last_key(session, table)
        tell(table.name, await rows.count(session, table))
    async for batch in rows.read(reading, table, after):
        async with target.transaction() as session:
            await rows.write(session, table, batch)
        tell(table.name, len(batch))
    if rows.is_tied(table):
        async for batch in rows.read(reading, table):
            async with target.transaction() as session:
                await rows.tie(session, table, batch)


async def _begin_copy(target: Database, now: datetime) -> None:
    async with target.transaction() as session:
        held = await hold.current(session)
        if held is None or held.reason != COPYING:
            await _require_empty(session)
            await hold.put(session, COPYING, now)


async def _summed(session: AsyncSession, table: Table) -> Sum:
    found = Sum()
    async for batch in rows.read(session, table):
        found.add(rows.line(table, row) for row in batch)
    return found


async def _require_revision(database: Database, wanted: str) -> None:
    found = await schema.revision(database)
    if found != wanted:
        raise Invalid("archive.revision", wanted=wanted, found=found or "none")


async def _require_empty(session: AsyncSession) -> None:
    """What offhook.yml declares and what a worker plans at its start is there before anything else, and makes way."""
    await session.execute(delete(Effect).where(Effect.kind == EffectKind.TIMER, Effect.dedupe_key.is_not(None)))
    for table in rows.tables():
        if table is not Stage.__table__ and await rows.count(session, table):
            raise Invalid("archive.not-empty", table=table.name)
    await session.execute(delete(Stage))


async def _empty(session: AsyncSession) -> None:
    for table in reversed(rows.tables()):
        await session.execute(delete(table))


async def _pack_files(archive: ZipFile, digests: Sequence[str], store: Store | None) -> None:
    """Outside of any transaction: they come over the network."""
    for digest in digests:
        data = await store.get(digest) if store is not None else None
        if data is None:
            raise Invalid("archive.file-missing", digest=digest)
        archive.writestr(f"{FILES}{digest}", data)


async def _unpack_files(session: AsyncSession, archive: ZipFile, now: datetime) -> None:
    """Into the database, from where they are carried to the store if the company file says so."""
    for name in archive.namelist():
        if name.startswith(FILES):
            data = archive.read(name)
            if hashlib.sha256(data).hexdigest() != name.removeprefix(FILES):
                raise Invalid("archive.damaged", table="file_bytes")
            await files.keep(session, name.removeprefix(FILES), data, now)


def _manifest(archive: ZipFile) -> dict[str, Any]:
    """Raises KeyError or ValueError."""
    found: Values = json.loads(archive.read(MANIFEST))
    if found["format"] != FORMAT:
        raise ValueError(found["format"])
    return found
