"""Hours worked: on tasks, tickets, projects and calls; approved by the week, and locked from then on."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, references, rights
from crm_core.agents import Actor, Agent, Role
from crm_core.company import company_of
from crm_core.db import BigId, Record
from crm_core.errors import Invalid, NotAllowed, Refused

WORKED_ON = frozenset({"task", "ticket", "project", "call"})
MOST_MINUTES = 24 * 60
LONGEST_NOTE = 500
_BATCH = 500


class HoursState(enum.StrEnum):
    """A `draft` was measured by the house and waits for a yes."""

    DRAFT = "draft"
    LOGGED = "logged"
    APPROVED = "approved"


class Hours(Record):
    """Some minutes of one agent on one day, on one record."""

    __tablename__ = "hours"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    kind: Mapped[str]
    record_id: Mapped[int] = mapped_column(BigId)
    day: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    billable: Mapped[bool]
    state: Mapped[str]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    approved_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("kind IN ('task', 'ticket', 'project', 'call')", name="kind"),
        CheckConstraint("state IN ('draft', 'logged', 'approved')", name="state"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        Index("ix_hours_agent_id", "agent_id", "day"),
        Index("ix_hours_record", "kind", "record_id"),
        Index("ix_hours_day", "day", "id"),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("hours", self.id)

    @property
    def on(self) -> str:
        return references.ref(self.kind, self.record_id)


async def log(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: str,
    record_id: int,
    minutes: int,
    now: datetime,
    note: str = "",
    day: date | None = None,
    billable: bool = True,
    is_draft: bool = False,
) -> Hours:
    """The actor's own, today unless a day is named. Raises Refused for a week that is approved."""
    rights.require(actor, "hours.log")
    if actor.agent_id is None:
        raise Invalid("rights.not-linked")
    if kind not in WORKED_ON:
        raise Invalid("hours.not-on", ref=references.ref(kind, record_id))
    if not 0 < minutes <= MOST_MINUTES:
        raise Invalid("hours.minutes")
    await references.read(session, kind, record_id)
    today = now.astimezone(company_of(session).zone).date()
    worked = day or today
    if worked > today:
        raise Invalid("hours.future")
    await _refuse_when_approved(session, actor.agent_id, worked)
    hours = Hours(
        agent_id=actor.agent_id,
        kind=kind,
        record_id=record_id,
        day=worked,
        minutes=minutes,
        note=" ".join(note.split())[:LONGEST_NOTE],
        billable=billable,
        state=HoursState.DRAFT if is_draft else HoursState.LOGGED,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(hours)
    await session.flush()
    if is_draft:
        await activity.record(session, actor, "hours.offered", "hours", hours.id, now)
    else:
        await activity.created(session, actor, hours, "hours.logged", now)
    return hours


async def keep(session: AsyncSession, actor: Actor, hours_id: int, now: datetime) -> Hours:
    """A draft becomes an entry."""
    rights.require(actor, "hours.log")
    hours = await _own(session, actor, hours_id)
    if hours.state != HoursState.DRAFT:
        raise Refused("hours.no-draft", ref=hours.ref)
    await _refuse_when_approved(session, hours.agent_id, hours.day)
    await activity.change(session, actor, hours, "hours.kept", now, state=HoursState.LOGGED)
    return hours


async def correct(session: AsyncSession, actor: Actor, hours_id: int, minutes: int, now: datetime) -> Hours:
    rights.require(actor, "hours.log")
    if not 0 < minutes <= MOST_MINUTES:
        raise Invalid("hours.minutes")
    hours = await _own(session, actor, hours_id)
    await activity.change(session, actor, hours, "hours.corrected", now, minutes=minutes)
    return hours


async def set_billable(session: AsyncSession, actor: Actor, hours_id: int, billable: bool, now: datetime) -> Hours:
    rights.require(actor, "hours.log")
    hours = await _own(session, actor, hours_id)
    await activity.change(session, actor, hours, "hours.billable-set", now, billable=billable)
    return hours


async def drop(session: AsyncSession, actor: Actor, hours_id: int, now: datetime) -> Hours:
    """Gone for good."""
    rights.require(actor, "hours.log")
    hours = await _own(session, actor, hours_id)
    await session.delete(hours)
    await session.flush()
    await activity.record(session, actor, "hours.dropped", "hours", hours_id, now, {"minutes": hours.minutes})
    return hours


async def of_week(session: AsyncSession, actor: Actor, agent_id: int, monday: date) -> Sequence[Hours]:
    """By day. Another's are for leads."""
    rights.require(actor, "hours.read")
    if agent_id != actor.agent_id and (actor.role is None or actor.role < Role.LEAD):
        raise NotAllowed("hours.not-yours")
    found = await session.scalars(
        select(Hours)
        .where(Hours.agent_id == agent_id, Hours.day.between(monday, monday + timedelta(days=6)))
        .order_by(Hours.day, Hours.id)
    )
    return found.all()


async def approve(session: AsyncSession, actor: Actor, agent: Agent, monday: date, now: datetime) -> int:
    """The minutes of the week; drafts are no part of it. One's own are for another lead, if there is one."""
    rights.require(actor, "hours.approve")
    if agent.id == actor.agent_id and actor.role is not Role.ADMIN:
        raise Refused("hours.own-approval")
    # Whoever logs hours holds their agent as well: nothing comes into the week meanwhile.
    await references.lock(session, "agent", agent.id)
    entries = await of_week(session, actor, agent.id, monday)
    logged = [hours for hours in entries if hours.state == HoursState.LOGGED]
    if not logged:
        raise Refused("hours.nothing-to-approve", name=agent.name)
    minutes = sum(hours.minutes for hours in logged)
    approval = {"state": HoursState.APPROVED, "approved_by_id": actor.agent_id, "approved_at": now}
    await _set_all(session, logged, now, approval)
    data = {"week": monday.isoformat(), "minutes": minutes}
    await activity.record(session, actor, "hours.approved", "agent", agent.id, now, data)
    return minutes


async def reopen(session: AsyncSession, actor: Actor, agent: Agent, monday: date, now: datetime) -> int:
    """How many entries can be changed again. Raises Refused when none was approved."""
    rights.require(actor, "hours.approve")
    await references.lock(session, "agent", agent.id)
    entries = await of_week(session, actor, agent.id, monday)
    approved = [hours for hours in entries if hours.state == HoursState.APPROVED]
    if not approved:
        raise Refused("hours.nothing-approved", name=agent.name)
    await _set_all(session, approved, now, {"state": HoursState.LOGGED, "approved_by_id": None, "approved_at": None})
    data = {"week": monday.isoformat()}
    await activity.record(session, actor, "hours.reopened", "agent", agent.id, now, data)
    return len(approved)


async def exported(
    session: AsyncSession, actor: Actor, since: date, until: date
) -> AsyncIterator[Sequence[tuple[Hours, str]]]:
    """Batches by day with the agent's name; both days are part of it, drafts are not."""
    rights.require(actor, "hours.export")
    last_day, last_id = since, 0
    while True:
        found = await session.execute(
            select(Hours, Agent.name)
            .join(Agent, Agent.id == Hours.agent_id)
            .where(Hours.day <= until, Hours.state != HoursState.DRAFT)
            .where((Hours.day > last_day) | ((Hours.day == last_day) & (Hours.id > last_id)))
            .order_by(Hours.day, Hours.id)
            .limit(_BATCH)
        )
        batch = [(hours, name) for hours, name in found]
        if not batch:
            return
        yield batch
        last_day, last_id = batch[-1][0].day, batch[-1][0].id


async def total(session: AsyncSession, kind: str, record_id: int) -> int:
    """Minutes, without drafts."""
    found = await session.scalar(
        select(func.sum(Hours.minutes)).where(
            Hours.kind == kind, Hours.record_id == record_id, Hours.state != HoursState.DRAFT
        )
    )
    return int(found or 0)


async def forget(session: AsyncSession, kind: str, record_id: int) -> None:
    """Of a record whose creation is undone."""
    await session.execute(delete(Hours).where(Hours.kind == kind, Hours.record_id == record_id))


async def _own(session: AsyncSession, actor: Actor, hours_id: int) -> Hours:
    hours = cast("Hours", await references.lock(session, "hours", hours_id))
    if hours.agent_id != actor.agent_id:
        raise NotAllowed("hours.not-yours")
    if hours.state == HoursState.APPROVED:
        raise Refused("hours.locked", ref=hours.ref)
    return hours


async def is_approved(session: AsyncSession, agent_id: int, day: date) -> bool:
    """Whether the week of that day is."""
    monday = day - timedelta(days=day.weekday())
    found = await session.scalar(
        select(Hours.id)
        .where(
            Hours.agent_id == agent_id,
            Hours.day.between(monday, monday + timedelta(days=6)),
            Hours.state == HoursState.APPROVED,
        )
        .limit(1)
    )
    return found is not None


async def _refuse_when_approved(session: AsyncSession, agent_id: int, day: date) -> None:
    await references.lock(session, "agent", agent_id)
    if await is_approved(session, agent_id, day):
        raise Refused("hours.week-approved", week=day.isocalendar().week)


async def _set_all(session: AsyncSession, entries: Sequence[Hours], now: datetime, values: dict[str, Any]) -> None:
    for hours in entries:
        for name, value in values.items():
            setattr(hours, name, value)
        hours.version += 1
        hours.updated_at = now
    await session.flush()
