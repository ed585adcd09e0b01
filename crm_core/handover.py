"""Handing work over: each subject says which column of its records names who does the work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, references, rights
from crm_core.agents import Actor, Agent

Leaving = Callable[[AsyncSession, Actor, int, int, datetime], Awaitable[None]]
LEAVING: list[Leaving] = []
"""What else ends or moves when somebody leaves: who acts, who leaves, who takes over."""

_WORK: dict[str, tuple[str, ColumnElement[bool]]] = {}


def register(kind: str, column: str, is_open: ColumnElement[bool]) -> None:
    """Records of the kind that `is_open` are handed over by setting `column`."""
    _WORK[kind] = (column, is_open)


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    giver: Agent,
    receiver: Agent,
    now: datetime,
    *,
    only: Collection[tuple[str, int]] | None = None,
) -> int:
    """How many records changed hands; `only` these, by kind and number, or all that are open."""
    rights.require(actor, "work.hand-over")
    count = 0
    for kind, (column, is_open) in _WORK.items():
        model = references.KINDS[kind].model
        query = select(model.id).where(getattr(model, column) == giver.id, is_open).order_by(model.id)
        for record_id in (await session.scalars(query)).all():
            if only is None or (kind, record_id) in only:
                await _give(session, actor, kind, record_id, column, receiver.id, now)
                count += 1
    return count


async def _give(
    session: AsyncSession, actor: Actor, kind: str, record_id: int, column: str, receiver_id: int, now: datetime
) -> None:
    """Not one by one to be undone: handing all of it back is a handover too."""
    record = await references.lock(session, kind, record_id)
    data = {"before": {column: getattr(record, column)}, "after": {column: receiver_id}}
    setattr(record, column, receiver_id)
    record.version += 1
    record.updated_at = now
    await session.flush()
    await activity.record(session, actor, "work.handed-over", kind, record_id, now, data)
    await cards.refresh(session, kind, record_id, now)
