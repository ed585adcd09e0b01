"""Rows that go, with everything that hangs on them in whatever table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import cards, files, references
from crm_core.activity import Activity
from crm_core.agents import SYSTEM
from crm_core.callcenter import recordings
from crm_core.callcenter.recordings import Recording
from crm_core.db import Base
from crm_core.files import File
from crm_core.privacy.privacy import erase


async def remove(session: AsyncSession, table: Table, ids: Sequence[int], now: datetime) -> None:
    """A contact is erased and its statistics stay; anything else is deleted with its parts."""
    if table.name == "contact":
        for contact_id in ids:
            await erase(session, SYSTEM, contact_id, now)
        return
    await _delete(session, table, ids, now)
    if table.name in references.KINDS:
        await _forget_around(session, table.name, ids, now)


async def _delete(session: AsyncSession, table: Table, ids: Sequence[int], now: datetime) -> None:
    """What must point at a row goes with it; what may, points at nothing afterwards."""
    for other, column in _pointing_at(table):
        if column.nullable:
            await session.execute(update(other).where(column.in_(ids)).values({column.name: None}))
        elif "id" in other.c:
            parts = list(await session.scalars(select(other.c.id).where(column.in_(ids))))
            if parts:
                await _delete(session, other, parts, now)
        else:
            await session.execute(delete(other).where(column.in_(ids)))
    if table.name == Recording.__tablename__:
        for recording in (await session.scalars(select(Recording).where(Recording.id.in_(ids)))).all():
            await recordings.forget(session, recording, now)
    await session.execute(delete(table).where(table.c.id.in_(ids)))


async def _forget_around(session: AsyncSession, kind: str, ids: Sequence[int], now: datetime) -> None:
    """Who did what when stays; what it was about goes, with files and cards."""
    of = (Activity.kind == kind, Activity.record_id.in_(ids))
    await session.execute(
        update(Activity).where(*of).values(data={}, reversible=False).execution_options(synchronize_session=False)
    )
    attached = list(await session.scalars(select(File.id).where(File.kind == kind, File.record_id.in_(ids))))
    if attached:
        await files.remove(session, attached, now)
    for record_id in await session.scalars(
        select(cards.Card.record_id).where(cards.Card.kind == kind, cards.Card.record_id.in_(ids)).distinct()
    ):
        await cards.refresh(session, kind, record_id, now)


def _pointing_at(table: Table) -> Iterator[tuple[Table, Column[Any]]]:
    """By foreign key; or, where there is none, by the name that a column for it has."""
    for other in Base.metadata.sorted_tables:
        for column in other.columns:
            is_key = any(key.column.table is table for key in column.foreign_keys)
            is_named = column.name == f"{table.name}_id" and column.nullable and not column.foreign_keys
            if is_key or is_named:
                yield other, column
