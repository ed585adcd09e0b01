"""A stopwatch: one an agent, on one record at a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, references, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.db import Base, BigId
from crm_core.errors import Invalid, Refused
from crm_core.projects import hours, tasks
from crm_core.projects.hours import MOST_MINUTES, WORKED_ON, Hours
from crm_core.projects.tasks import Task, TaskStatus


class Stopwatch(Base):
    __tablename__ = "stopwatch"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str]
    record_id: Mapped[int] = mapped_column(BigId)
    started_at: Mapped[datetime]
    __table_args__ = (CheckConstraint("kind IN ('task', 'ticket', 'project', 'call')", name="kind"),)

    @property
    def on(self) -> str:
        return references.ref(self.kind, self.record_id)


async def start(session: AsyncSession, actor: Actor, kind: str, record_id: int, now: datetime) -> Hours | None:
    """What the one that ran until now measured. A task of the actor's counts as begun."""
    rights.require(actor, "hours.log")
    if actor.agent_id is None:
        raise Invalid("rights.not-linked")
    if kind not in WORKED_ON:
        raise Invalid("hours.not-on", ref=references.ref(kind, record_id))
    record = await references.read(session, kind, record_id)
    running = await _held(session, actor.agent_id)
    if running is not None and (running.kind, running.record_id) == (kind, record_id):
        raise Refused("hours.runs-already", ref=running.on)
    measured = await _write_down(session, actor, running, now) if running is not None else None
    session.add(Stopwatch(agent_id=actor.agent_id, kind=kind, record_id=record_id, started_at=now))
    await session.flush()
    await activity.record(session, actor, "hours.started", kind, record_id, now)
    if isinstance(record, Task) and record.status == TaskStatus.OPEN and record.assignee_id == actor.agent_id:
        await tasks.begin(session, actor, record_id, now)
    return measured


async def stop(session: AsyncSession, actor: Actor, now: datetime, note: str = "") -> Hours:
    """Raises Refused when none runs."""
    rights.require(actor, "hours.log")
    running = await _held(session, actor.agent_id) if actor.agent_id is not None else None
    if running is None:
        raise Refused("hours.none-running")
    return await _write_down(session, actor, running, now, note)


async def stop_for_good(session: AsyncSession, actor: Actor, agent_id: int, heir_id: int, now: datetime) -> None:
    """Who leaves has no clock running; what it measured is nobody's to confirm."""
    await session.execute(delete(Stopwatch).where(Stopwatch.agent_id == agent_id))


async def running(session: AsyncSession, agent_id: int) -> Stopwatch | None:
    return await session.scalar(select(Stopwatch).where(Stopwatch.agent_id == agent_id))


async def forget(session: AsyncSession, kind: str, record_id: int) -> None:
    """Of a record whose creation is undone."""
    await session.execute(delete(Stopwatch).where(Stopwatch.kind == kind, Stopwatch.record_id == record_id))


async def _held(session: AsyncSession, agent_id: int) -> Stopwatch | None:
    """The agent's own row is what two starts at once wait for."""
    await references.lock(session, "agent", agent_id)
    return await running(session, agent_id)


async def _write_down(session: AsyncSession, actor: Actor, watch: Stopwatch, now: datetime, note: str = "") -> Hours:
    """On the day it was started; every minute begun counts, and one that was forgotten ends after a day.

    In a week that was approved meanwhile it counts for today.
    """
    seconds = (now - watch.started_at).total_seconds()
    minutes = min(max(1, -int(-seconds // 60)), MOST_MINUTES)
    day = watch.started_at.astimezone(company_of(session).zone).date()
    if await hours.is_approved(session, watch.agent_id, day):
        day = now.astimezone(company_of(session).zone).date()
    kind, record_id = watch.kind, watch.record_id
    await session.delete(watch)
    await session.flush()
    return await hours.log(session, actor, kind=kind, record_id=record_id, minutes=minutes, note=note, day=day, now=now)
