"""The timeline: what happened to a record, by whom, from where, before and after. Append-only but for `undone_at`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import JSON, Date, Index, insert, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import references, rights
from crm_core.agents import Actor
from crm_core.db import Base, BigId, Record, UtcDateTime
from crm_core.errors import Refused

_BATCH = 1000
UNDO_WINDOW = timedelta(hours=1)
Json = JSON().with_variant(JSONB(), "postgresql")


Reversal: TypeAlias = Callable[[AsyncSession, Record, dict[str, Any], datetime], Awaitable[None]]
_REVERSALS: dict[str, Reversal] = {}
_TOGETHER = "together"


def reversal(verb: str, reverse: Reversal) -> None:
    """How undo puts back what a change did beside the record's own fields: it gets the `parts` of the change."""
    _REVERSALS[verb] = reverse


@contextmanager
def together(session: AsyncSession) -> Iterator[None]:
    """What is recorded within is one step: undo takes all of it back or nothing."""
    if _TOGETHER in session.info:
        yield
        return
    session.info[_TOGETHER] = None
    try:
        yield
    finally:
        del session.info[_TOGETHER]


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
    first = session.info.get(_TOGETHER)
    row = {
        "at": now,
        "verb": verb,
        "kind": kind,
        "record_id": record_id,
        "actor_name": actor.name,
        "agent_id": actor.agent_id,
        "channel": actor.channel,
        "data": data or {} if first is None else {**(data or {}), _TOGETHER: first},
        "reversible": reversible,
    }
    if first is None and _TOGETHER in session.info:
        # What follows names the first of the step.
        session.info[_TOGETHER] = await session.scalar(insert(Activity).values(row).returning(Activity.id))
        return
    await session.execute(insert(Activity.__table__), row)  # type: ignore[arg-type]


async def change(
    session: AsyncSession,
    actor: Actor,
    record_: Record,
    verb: str,
    now: datetime,
    parts: dict[str, Any] | None = None,
    /,
    **after: Any,
) -> None:
    """Set fields of a record, raise its version, and remember both sides so that it can be undone.

    `parts`: what the verb's `reversal` needs to know.
    """
    before = {name: _plain(getattr(record_, name)) for name in after}
    for name, value in after.items():
        setattr(record_, name, value)
    record_.version += 1
    record_.updated_at = now
    await session.flush()
    data = {"before": before, "after": {name: _plain(value) for name, value in after.items()}}
    if parts is not None:
        data["parts"] = parts
    await record(session, actor, verb, record_.__tablename__, record_.id, now, data, reversible=True)


async def created(session: AsyncSession, actor: Actor, record_: Record, verb: str, now: datetime) -> None:
    """Note a new record; undoing this removes it again while nobody has touched it."""
    await record(session, actor, verb, record_.__tablename__, record_.id, now, {"created": True}, reversible=True)


async def history(
    session: AsyncSession, actor: Actor, kind: str, *record_ids: int, limit: int = 20
) -> Sequence[Activity]:
    """Newest first, of records that the actor may read; of several when they were merged into one."""
    rights.require(actor, "activity.read")
    rights.require(actor, f"{kind}.read")
    return await timeline(session, kind, *record_ids, limit=limit)


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


async def timeline(session: AsyncSession, kind: str, *record_ids: int, limit: int = 20) -> Sequence[Activity]:
    """Newest first."""
    found = await session.scalars(
        select(Activity)
        .where(Activity.kind == kind, Activity.record_id.in_(record_ids))
        .order_by(Activity.id.desc())
        .limit(limit)
    )
    return found.all()


async def undo(session: AsyncSession, actor: Actor, now: datetime) -> Activity:
    """Take back the actor's newest reversible change of the last hour, with all that was done together with it.

    Raises Refused when it was built upon since.
    """
    rights.require(actor, "activity.undo")
    last = await last_reversible(session, actor, now)
    if last is None:
        raise Refused("undo.nothing")
    for step in await steps_of(session, last):
        await _take_back(session, step, now)
        await record(session, actor, f"{step.kind}.undone", step.kind, step.record_id, now, {"verb": step.verb})
    return last


async def last_reversible(session: AsyncSession, actor: Actor, now: datetime) -> Activity | None:
    """What `undo` would take back, held until the end of the transaction."""
    return await session.scalar(
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


async def steps_of(session: AsyncSession, last: Activity) -> Sequence[Activity]:
    """What was done together with it and itself, newest first."""
    first = last.data.get(_TOGETHER)
    if first is None:
        return [last]
    found = await session.scalars(
        select(Activity)
        .where(
            Activity.agent_id == last.agent_id,
            Activity.id.between(first, last.id),
            or_(Activity.id == first, Activity.data[_TOGETHER].as_integer() == first),
            Activity.reversible,
        )
        .order_by(Activity.id.desc())
    )
    return found.all()


async def _take_back(session: AsyncSession, step: Activity, now: datetime) -> None:
    target = await references.lock(session, step.kind, step.record_id)
    if step.data.get("created"):
        await _remove(session, target, step)
    else:
        reverse = _REVERSALS.get(step.verb)
        if reverse is not None:
            await reverse(session, target, step.data.get("parts", {}), now)
        if "before" in step.data:
            _restore(target, step.data, now)
        await session.flush()
        await references.refresh(session, step.kind, step.record_id, now)
    step.undone_at = now
    await session.flush()


async def _remove(session: AsyncSession, target: Record, last: Activity) -> None:
    if target.version != 1:
        raise Refused("undo.changed-since", ref=references.ref(last.kind, last.record_id))
    await references.before_removal(session, last.kind, last.record_id)
    try:
        async with session.begin_nested():
            await session.delete(target)
            await session.flush()
    except IntegrityError:
        # Another record points at it by now.
        raise Refused("undo.changed-since", ref=references.ref(last.kind, last.record_id)) from None


def _restore(target: Record, data: dict[str, Any], now: datetime) -> None:
    if any(_plain(getattr(target, name)) != value for name, value in data["after"].items()):
        raise Refused("undo.changed-since", ref=references.ref(target.__tablename__, target.id))
    for name, value in data["before"].items():
        setattr(target, name, _revived(type(target).__table__.c[name].type, value))
    target.version += 1
    target.updated_at = now


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _revived(kind: Any, plain: Any) -> Any:
    if plain is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(plain)
    return date.fromisoformat(plain) if isinstance(kind, Date) else plain
