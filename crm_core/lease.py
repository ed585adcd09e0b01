"""Rows that workers take under a lease, in order within a conversation: the shape of inbox and outbox."""

from __future__ import annotations

import enum
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import CheckConstraint, ColumnElement, Index, and_, exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, declared_attr, mapped_column

from crm_core.db import Base, BigId

# What a killed worker held is free again after it; a living one renews what it has in hand.
LEASE = timedelta(seconds=8)
RENEW_SECONDS = 2.0
MOST_ATTEMPTS = 12
LONGEST_BACKOFF_SECONDS = 900


class State(enum.StrEnum):
    """`UNKNOWN`: sent at most once, and the answer was lost; it is reconciled, never sent again."""

    PENDING = "pending"
    DONE = "done"
    UNKNOWN = "unknown"
    DEAD = "dead"


class Leased(Base):
    """A row of work. `address` is its conversation: only the oldest pending row of an address can be taken."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address: Mapped[str]
    state: Mapped[str] = mapped_column(default=State.PENDING)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    error: Mapped[str | None]

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[object, ...]:
        pending = text("state = 'pending'")
        name = cls.__tablename__
        return (
            CheckConstraint("state IN ('pending', 'done', 'unknown', 'dead')", name="state"),
            Index(f"ix_{name}_pending_due", "due_at", "id", sqlite_where=pending, postgresql_where=pending),
            Index(f"ix_{name}_pending_address", "address", "id", sqlite_where=pending, postgresql_where=pending),
            {"sqlite_autoincrement": True},
        )


Row = TypeVar("Row", bound=Leased)


async def claim(
    session: AsyncSession,
    model: type[Row],
    now: datetime,
    limit: int = 10,
    *wanted: ColumnElement[bool],
) -> Sequence[Row]:
    """Take the heads that are due; commit before working on them. A follower of a head waits for it."""
    earlier = aliased(model)
    free = and_(
        model.state == State.PENDING,
        model.due_at <= now,
        or_(model.lease_until.is_(None), model.lease_until < now),
    )
    is_head = ~exists().where(earlier.address == model.address, earlier.state == State.PENDING, earlier.id < model.id)
    heads = (
        select(model.id)
        .where(free, is_head, *wanted)
        .order_by(model.due_at, model.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
        .cte("heads")
    )
    taken = await session.scalars(
        update(model)
        .where(model.id.in_(select(heads.c.id)), model.state == State.PENDING)
        .values(lease_token=secrets.token_hex(8), lease_until=now + LEASE, attempts=model.attempts + 1)
        .returning(model)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(taken.all(), key=lambda row: row.id)


async def finish(
    session: AsyncSession, row: Leased, now: datetime, state: State = State.DONE, **besides: object
) -> bool:
    """False when the lease ran out and another worker took the row: whatever was done in this transaction must go.

    `besides`: what else the row has from now on.
    """
    return await _mark(session, row, state=state, done_at=now, lease_token=None, lease_until=None, **besides)


async def retry(session: AsyncSession, row: Leased, now: datetime, error: str, after: float | None = None) -> bool:
    """Back to the queue after `after` seconds (or a growing pause); a dead letter after the last attempt."""
    if after is None and row.attempts >= MOST_ATTEMPTS:
        return await bury(session, row, now, error)
    seconds = after if after is not None else min(2.0**row.attempts, LONGEST_BACKOFF_SECONDS)
    due_at = now + timedelta(seconds=seconds)
    return await _mark(session, row, due_at=due_at, error=error[:500], lease_token=None, lease_until=None)


async def bury(session: AsyncSession, row: Leased, now: datetime, error: str) -> bool:
    """A dead letter: visible, no longer in its followers' way, released only by a person."""
    return await _mark(
        session, row, state=State.DEAD, done_at=now, error=error[:500], lease_token=None, lease_until=None
    )


async def renew(session: AsyncSession, row: Leased, now: datetime) -> bool:
    """False when it ran out and another worker took the row."""
    return await _mark(session, row, lease_until=now + LEASE)


async def release_all(session: AsyncSession, model: type[Leased]) -> None:
    """For a database that only one process works on: whatever is leased at its start was held by a dead one."""
    await session.execute(
        update(model)
        .where(model.state == State.PENDING, model.lease_token.is_not(None))
        .values(lease_token=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


async def count_due(session: AsyncSession, model: type[Leased], now: datetime) -> int:
    found = await session.scalar(
        select(func.count()).select_from(model).where(model.state == State.PENDING, model.due_at <= now)
    )
    return found or 0


async def _mark(session: AsyncSession, row: Leased, **values: object) -> bool:
    model = type(row)
    marked = await session.scalar(
        update(model)
        .where(model.id == row.id, model.lease_token == row.lease_token)
        .values(**values)
        .returning(model.id)
        .execution_options(synchronize_session=False)
    )
    return marked is not None
