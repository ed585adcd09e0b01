"""The timeline: what happened to a record, by whom, from where, before and after. Append-only but for `undone_at`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, delete, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import references, rights
from crm_core.agents import Actor
from crm_core.db import Base, BigId, Record, UtcDateTime
from crm_core.errors import Refused

_BATCH = 1000
Undoing = Callable[[AsyncSession, Actor, int, dict[str, Any], datetime], Awaitable[None]]
UNDOING: dict[str, Undoing] = {}
"""By verb: what else is taken back when a change is, given the record's number and the change's data."""
UNDO_WINDOW = timedelta(hours=1)
Json = JSON().with_variant(JSONB(), "postgresql")


class Activity(Base):
    __tablename__ = "activity"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    verb: Mapped[str]
    kind: Mapped[str]
    record_id: Mapped[int] = mapped_column(BigId)
    actor_name: Mapped[str]
    agent_id: Mapped[int | None] = mapped_column(BigId)
    channel: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    reversible: Mapped[bool] = mapped_column(default=False)
    undone_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_activity_record", "kind", "record_id", "id"),
        Index("ix_activity_agent_id", "agent_id", "id"),
        {"sqlite_autoincrement": True},
    )


async def record(
    session: AsyncSession,
    actor: Actor,
    verb: str,
    kind: str,
    record_id: int,
    now: datetime,
    data: dict[str, Any] | None = None,
    *,
    reversible: bool = False,
) -> None:
    """`verb` is `noun.past-participle`. Every verb that changes a record calls this in its own transaction."""
    row = {
        "at": now,
        "verb": verb,
        "kind": kind,
        "record_id": record_id,
        "actor_name": actor.name,
        "agent_id": actor.agent_id,
        "channel": actor.channel,
        "data": data or {},
        "reversible": reversible,
    }
    await session.execute(insert(Activity.__table__), row)  # type: ignore[arg-type]


async def change(session: AsyncSession, actor: Actor, record_: Record, verb: str, now: datetime, **after: Any) -> None:
    """Set fields of a record, raise its version, and remember both sides so that it can be undone."""
    before = {name: _plain(getattr(record_, name)) for name in after}
    for name, value in after.items():
        setattr(record_, name, value)
    record_.version += 1
    record_.updated_at = now
    await session.flush()
    data = {"before": before, "after": {name: _plain(value) for name, value in after.items()}}
    await record(session, actor, verb, record_.__tablename__, record_.id, now, data, reversible=True)


async def created(session: AsyncSession, actor: Actor, record_: Record, verb: str, now: datetime) -> None:
    """Note a new record; undoing this removes it again while nobody has touched it."""
    await record(session, actor, verb, record_.__tablename__, record_.id, now, {"created": True}, reversible=True)


async def history(
    session: AsyncSession, actor: Actor, kind: str, record_id: int, limit: int = 20
) -> Sequence[Activity]:
    """Newest first, of records that the actor may read."""
    rights.require(actor, "activity.read")
    rights.require(actor, f"{kind}.read")
    return await timeline(session, kind, record_id, limit)


async def exported(
    session: AsyncSession, actor: Actor, since: datetime, until: datetime
) -> AsyncIterator[Sequence[Activity]]:
    """Batches in the order in which things happened; `until` is not part of it."""
    rights.require(actor, "activity.export")
    last = 0
    within = (Activity.at >= since, Activity.at < until)
    while True:
        query = select(Activity).where(Activity.id > last, *within).order_by(Activity.id).limit(_BATCH)
        batch = (await session.scalars(query)).all()
        if not batch:
            return
        yield batch
        last = batch[-1].id


async def timeline(session: AsyncSession, kind: str, record_id: int, limit: int = 20) -> Sequence[Activity]:
    """Newest first."""
    found = await session.scalars(
        select(Activity)
        .where(Activity.kind == kind, Activity.record_id == record_id)
        .order_by(Activity.id.desc())
        .limit(limit)
    )
    return found.all()


async def undo(session: AsyncSession, actor: Actor, now: datetime) -> Activity:
    """Take back the actor's newest reversible change of the last hour. Raises Refused when it was built upon since."""
    rights.require(actor, "activity.undo")
    last = await session.scalar(
        select(Activity)
        .where(
            Activity.agent_id == actor.agent_id,
            Activity.reversible,
            Activity.undone_at.is_(None),
            Activity.at > now - UNDO_WINDOW,
        )
        .order_by(Activity.id.desc())
        .limit(1)
        .with_for_update()
    )
    if last is None:
        raise Refused("undo.nothing")
    target = await references.lock(session, last.kind, last.record_id)
    if last.data.get("created"):
        await _remove(session, target, last)
    else:
        _restore(target, last.data, now)
        if last.verb in UNDOING:
            await UNDOING[last.verb](session, actor, last.record_id, last.data, now)
    last.undone_at = now
    await session.flush()
    await record(session, actor, f"{last.kind}.undone", last.kind, last.record_id, now, {"verb": last.verb})
    return last


async def _remove(session: AsyncSession, target: Record, last: Activity) -> None:
    if target.version != 1:
        raise Refused("undo.changed-since", ref=references.ref(last.kind, last.record_id))
    await references.before_removal(session, last.kind, last.record_id)
    await session.execute(delete(type(target)).where(type(target).id == target.id))
    session.expunge(target)


def _restore(target: Record, data: dict[str, Any], now: datetime) -> None:
    if any(_plain(getattr(target, name)) != value for name, value in data["after"].items()):
        raise Refused("undo.changed-since", ref=references.ref(target.__tablename__, target.id))
    for name, value in data["before"].items():
        column = type(target).__table__.c[name]
        is_time = isinstance(column.type, UtcDateTime)
        setattr(target, name, datetime.fromisoformat(value) if is_time and value is not None else value)
    target.version += 1
    target.updated_at = now


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
