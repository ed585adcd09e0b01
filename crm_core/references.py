"""Public references: T-42, D-7, C-1001. Each subject registers the kinds of record it holds."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.db import Record
from crm_core.errors import NotFound

Removal = Callable[[AsyncSession, int], Awaitable[None]]
Refresh = Callable[[AsyncSession, int, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """`remove_parts` deletes what belongs to a record before undo deletes the record itself; `refresh` brings what
    is kept beside it up to date after undo has changed it back.
    """

    name: str
    prefix: str
    model: type[Record]
    remove_parts: Removal | None = None
    refresh: Refresh | None = None


KINDS: dict[str, Kind] = {}
_PREFIXES: dict[str, Kind] = {}
_NEVER_GO = {"call", "agent"}
_REFERENCE = re.compile(r"#?([A-Za-z]{1,5})[\s\-–#]?(\d{1,15})\Z")


def register(
    prefix: str, model: type[Record], remove_parts: Removal | None = None, refresh: Refresh | None = None
) -> None:
    kind = Kind(model.__tablename__, prefix, model, remove_parts, refresh)
    KINDS[kind.name] = kind
    _PREFIXES[prefix] = kind


def ref(kind: str, record_id: int) -> str:
    registered = KINDS.get(kind)
    return f"{registered.prefix}-{record_id}" if registered else f"{kind} {record_id}"


def parse(text: str, kind: str | None = None) -> tuple[str, int] | None:
    """`T-42`, `t42`, `#T 42` and, where the kind is known, `42` or `#42`."""
    cleaned = text.strip()
    match = _REFERENCE.fullmatch(cleaned)
    if match and match[1].upper() in _PREFIXES:
        return _PREFIXES[match[1].upper()].name, int(match[2])
    number = cleaned.removeprefix("#")
    if kind is not None and number.isascii() and number.isdigit() and len(number) < 16:
        return kind, int(number)
    return None


async def lock(session: AsyncSession, kind: str, record_id: int) -> Record:
    """The record, held until the end of the transaction, as every verb that changes one reads it. Raises NotFound.

    Others may write rows that refer to a call or an agent meanwhile: neither ever goes away under them.
    """
    model = KINDS[kind].model
    query = select(model).where(model.id == record_id).with_for_update(key_share=kind in _NEVER_GO)
    found = await session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(f"{kind}.unknown", ref=ref(kind, record_id))
    return found


async def read(session: AsyncSession, kind: str, record_id: int) -> Record:
    """Raises NotFound."""
    found = await session.get(KINDS[kind].model, record_id)
    if found is None:
        raise NotFound(f"{kind}.unknown", ref=ref(kind, record_id))
    return found


async def before_removal(session: AsyncSession, kind: str, record_id: int) -> None:
    remove_parts = KINDS[kind].remove_parts
    if remove_parts is not None:
        await remove_parts(session, record_id)


async def refresh(session: AsyncSession, kind: str, record_id: int, now: datetime) -> None:
    after = KINDS[kind].refresh
    if after is not None:
        await after(session, record_id, now)
