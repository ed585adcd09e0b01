"""`offhook backup`, `restore`, `copy`, and the outbox that is held after the last two."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn
from sqlalchemy import func, select

from crm_core import archive, hold, rows
from crm_core.archive import Progress as Tell
from crm_core.db import Database
from crm_core.outbox import Effect
from crm_core.privacy.replay import Replay
from webhooks.complaints import Complaint
from webhooks.files import store_of
from webhooks.keeping import read_erasures
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings

HELD = "Its outbox is held, so that nothing is sent twice: look with `offhook outbox`, then `offhook outbox release`."


async def backup(settings: Settings, file: Path) -> str:
    """Raises Complaint for a file that is there already."""
    if await asyncio.to_thread(file.exists):
        raise Complaint(f"{file} is there already; a backup never overwrites one.")
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        with _bar(await _count(runtime.database)) as tell:
            async with store_of(runtime) as store:
                written = await archive.backup(runtime.database, file, runtime.clock(), tell, store)
    return f"{file} holds {_said(written)}."


async def restore(
    settings: Settings, file: Path, erasures: Path | None = None, *, replaces: bool = False, confirmed: bool = False
) -> str:
    """`erasures`: a list of those since the backup; a database that is replaced knows its own.

    Raises Complaint when a database is to be replaced without a confirmation.
    """
    if replaces and not confirmed:
        raise Complaint("This empties the database before the backup is read. Say it again with --yes.")
    listed = await asyncio.to_thread(read_erasures, erasures) if erasures is not None else []
    replay = Replay(listed)
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        with _bar(None) as tell:
            written = await archive.restore(runtime.database, file, runtime.clock(), tell, replay, replaces=replaces)
    again = f"Erased again, as they were since the backup: {replay.erased_again}.\n" if replay.erased_again else ""
    return f"Restored {_said(written)}, counted and checked.\n{again}{HELD}"


async def copy(settings: Settings, to: str) -> str:
    """Raises Complaint when both are the same database."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        target = Database(to, runtime.company)
        if target.url == runtime.database.url:
            raise Complaint("That is the database itself: name another one.")
        try:
            with _bar(await _count(runtime.database)) as tell:
                written = await archive.copy(runtime.database, target, runtime.clock(), tell)
        finally:
            await target.close()
    return f"Copied {_said(written)}, counted and checked.\n{HELD}"


async def show_outbox(settings: Settings) -> str:
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            held = await hold.current(session)
            query = select(Effect.kind, Effect.state, func.count()).group_by(Effect.kind, Effect.state)
            counted = sorted(tuple(row) for row in await session.execute(query))
    lines = [f"{count:8}  {state:8} {kind}" for kind, state, count in counted] or ["Nothing was ever to be sent."]
    since = f"Held since {held.since:%Y-%m-%d %H:%M} UTC: {held.reason}." if held else "Not held."
    return "\n".join([*lines, since])


async def release_outbox(settings: Settings) -> str:
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            if await hold.current(session) is None:
                return "The outbox was not held."
            await hold.release(session)
    return "Released: what is due is sent from now on."


async def _count(database: Database) -> int:
    async with database.reading() as session:
        return sum([await rows.count(session, table) for table in rows.tables()])


@contextmanager
def _bar(total: int | None) -> Iterator[Tell]:
    columns = (TextColumn("{task.description:18}"), BarColumn(), TextColumn("{task.completed:,} rows"))
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda table, count: progress.update(task, description=table, advance=count)


def _said(written: dict[str, int]) -> str:
    known = [f"{name}s {written[name]:,}" for name in ("contact", "ticket", "deal", "call") if written.get(name)]
    return f"{sum(written.values()):,} rows" + (f" ({', '.join(known)})" if known else "")
