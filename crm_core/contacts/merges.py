"""Merging two contacts into one, and taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, ForeignKey, Table, and_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, references, rights
from crm_core.activity import Json
from crm_core.agents import Actor
from crm_core.contacts.contacts import Contact, refresh
from crm_core.contacts.duplicates import DistinctPair
from crm_core.contacts.tokens import ContactToken
from crm_core.db import Base, BigId, Record
from crm_core.errors import Refused
from crm_core.files import File

# What stays with each of the two: derived from them, or about the pair.
_KEPT = frozenset({ContactToken.__tablename__, DistinctPair.__tablename__, "contact_merge"})
_FILES = cast("Table", File.__table__)
_FILLED = (
    "title",
    "salutation",
    "address_form",
    "language",
    "organisation_id",
    "owner_id",
    "street",
    "postcode",
    "city",
    "time_zone",
    "region",
    "note",
)


class ContactMerge(Base):
    """What was moved, by table and key: `moved` is {table.column: [key, …]}, `filled` what the survivor lacked."""

    __tablename__ = "contact_merge"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    survivor_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    moved: Mapped[dict[str, list[list[Any]]]] = mapped_column(Json)
    filled: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


async def merge(session: AsyncSession, actor: Actor, merged_id: int, survivor_id: int, now: datetime) -> Contact:
    """Everything of the one belongs to the other from now on; what the survivor lacks is filled from it.

    Raises Refused for a contact and itself, for one that was merged before, and for a person and a company.
    """
    rights.require(actor, "contact.merge")
    first, second = sorted((merged_id, survivor_id))
    both = {i: cast("Contact", await references.lock(session, "contact", i)) for i in dict.fromkeys((first, second))}
    merged, survivor = both[merged_id], both[survivor_id]
    _require_mergeable(merged, survivor)
    moved = {
        f"{table.name}.{column}": await _move(session, table, column, merged.id, survivor.id)
        for table, column in _pointing()
    }
    filled = _fill(survivor, merged)
    merged.merged_into_id = survivor.id
    for contact in (merged, survivor):
        contact.version += 1
        contact.updated_at = now
    kept = ContactMerge(
        survivor_id=survivor.id, merged_id=merged.id, moved={k: v for k, v in moved.items() if v}, filled=filled, at=now
    )
    session.add(kept)
    await session.flush()
    data = {"parts": {"merge": kept.id, "contact": merged.id}}
    await activity.record(session, actor, "contact.merged", "contact", survivor.id, now, data, reversible=True)
    await activity.record(session, actor, "contact.merged-away", "contact", merged.id, now, {"contact": survivor.id})
    await refresh(session, merged.id, now)
    await refresh(session, survivor.id, now)
    return survivor


async def part(session: AsyncSession, _survivor: Record, parts: dict[str, Any], now: datetime) -> None:
    """Take a merge back: what was moved and still lies with the survivor goes home, what was filled and is unchanged
    is emptied again. What came since stays where it came.
    """
    kept = await session.get(ContactMerge, parts["merge"])
    if kept is None or kept.undone_at is not None:
        raise Refused("undo.nothing")
    merged = cast("Contact", await references.lock(session, "contact", kept.merged_id))
    survivor = cast("Contact", await references.lock(session, "contact", kept.survivor_id))
    tables = Base.metadata.tables
    for place, keys in kept.moved.items():
        name, _, column = place.partition(".")
        await _point(session, tables[name], column, keys, survivor.id, merged.id)
    for name, value in kept.filled.items():
        if getattr(survivor, name) == value:
            setattr(survivor, name, None if name != "custom" else {})
    merged.merged_into_id = None
    kept.undone_at = now
    for contact in (merged, survivor):
        contact.version += 1
        contact.updated_at = now
    await session.flush()
    await refresh(session, merged.id, now)


async def merged_into(session: AsyncSession, contact_id: int) -> list[int]:
    """Itself and those that became part of it: their timelines are read together."""
    found, edge = [contact_id], [contact_id]
    while edge:
        edge = list(await session.scalars(select(Contact.id).where(Contact.merged_into_id.in_(edge))))
        found += edge
    return found


def _require_mergeable(merged: Contact, survivor: Contact) -> None:
    if merged.id == survivor.id:
        raise Refused("contact.merge-itself", ref=merged.ref)
    for contact in (merged, survivor):
        if contact.merged_into_id is not None:
            into = references.ref("contact", contact.merged_into_id)
            raise Refused("contact.merged-before", ref=contact.ref, into=into)
    if merged.kind != survivor.kind:
        raise Refused("contact.merge-kinds", ref=merged.ref, into=survivor.ref)


def _pointing() -> list[tuple[Table, str]]:
    """Every column of every subject that points at a contact, but for what is kept apart and the merges themselves."""
    keys = [
        (table, key.parent.name)
        for table in Base.metadata.sorted_tables
        if table.name not in _KEPT
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table is Contact.__table__ and key.parent.name != "merged_into_id"
    ]
    return [*keys, (_FILES, "record_id")]


async def _move(session: AsyncSession, table: Table, column: str, old: int, new: int) -> list[list[Any]]:
    """The keys that were moved; a row that the new one has already (the same tag) stays where it is."""
    keys = list(table.primary_key.columns)
    found = [list(row) for row in await session.execute(select(*keys).where(_points(table, column, old)))]
    return await _point(session, table, column, found, old, new)


async def _point(
    session: AsyncSession, table: Table, column: str, keys: list[list[Any]], old: int, new: int
) -> list[list[Any]]:
    names = [key.name for key in table.primary_key.columns]
    done = []
    for values in keys:
        row = dict(zip(names, values, strict=True))
        if column in row:
            row[column] = old
        if table is Contact.__table__ and row["id"] == new:
            continue
        where = and_(_points(table, column, old), *(table.c[name] == value for name, value in row.items()))
        try:
            async with session.begin_nested():
                await session.execute(update(table).where(where).values({column: new}))
        except IntegrityError:
            continue
        done.append(values)
    return done


def _points(table: Table, column: str, contact_id: int) -> ColumnElement[bool]:
    """A file names the kind of its record beside the number."""
    return and_(table.c[column] == contact_id, *([table.c.kind == "contact"] if table is _FILES else []))


def _fill(survivor: Contact, merged: Contact) -> dict[str, Any]:
    filled = {
        name: getattr(merged, name)
        for name in _FILLED
        if getattr(survivor, name) is None and getattr(merged, name) is not None
    }
    if filled.get("organisation_id") == survivor.id:
        del filled["organisation_id"]
    if merged.custom and not survivor.custom:
        filled["custom"] = merged.custom
    for name, value in filled.items():
        setattr(survivor, name, value)
    return filled


activity.reversal("contact.merged", part)
