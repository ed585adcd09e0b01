"""Tasks: something one agent has to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, references, rights
from crm_core.agents import Actor
from crm_core.db import Record
from crm_core.errors import Invalid, Refused


class Task(Record):
    __tablename__ = "task"

    title: Mapped[str]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    due_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_task_assignee_id", "assignee_id", "finished_at"),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("task", self.id)


async def add_task(
    session: AsyncSession,
    actor: Actor,
    *,
    title: str,
    now: datetime,
    due_at: datetime | None = None,
    contact_id: int | None = None,
) -> Task:
    """For the actor."""
    rights.require(actor, "task.add")
    clean = " ".join(title.split())
    if not clean:
        raise Invalid("task.title-missing")
    task = Task(
        title=clean[:500],
        assignee_id=actor.agent_id,
        contact_id=contact_id,
        due_at=due_at,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(task)
    await session.flush()
    await activity.created(session, actor, task, "task.added", now)
    await cards.refresh(session, "task", task.id, now)
    return task


async def finish(session: AsyncSession, actor: Actor, task_id: int, now: datetime) -> Task:
    rights.require(actor, "task.finish")
    task = cast("Task", await references.lock(session, "task", task_id))
    if task.finished_at is not None:
        raise Refused("task.already-finished", ref=task.ref)
    await activity.change(session, actor, task, "task.finished", now, finished_at=now)
    await cards.refresh(session, "task", task.id, now)
    return task


async def list_tasks(session: AsyncSession, actor: Actor, limit: int = 15) -> Sequence[Task]:
    """The actor's unfinished ones, what is due first on top."""
    rights.require(actor, "task.read")
    found = await session.scalars(
        select(Task)
        .where(Task.assignee_id == actor.agent_id, Task.finished_at.is_(None))
        .order_by(Task.due_at.is_(None), Task.due_at, Task.id)
        .limit(limit)
    )
    return found.all()
