"""Tasks: something one agent has to do."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import absences, activity, cards, followers, notices, references, rights
from crm_core.agents import Actor, Agent
from crm_core.company import company_of
from crm_core.db import Record
from crm_core.errors import Invalid, Refused

LONGEST_TITLE = 500


class TaskStatus(enum.StrEnum):
    OPEN = "open"
    DOING = "doing"
    DONE = "done"


class Task(Record):
    """`repeats`, a rule of RFC 5545, counts from `repeats_from`; `follows_id` is the task whose finishing made this."""

    __tablename__ = "task"

    title: Mapped[str]
    status: Mapped[str] = mapped_column(default=TaskStatus.OPEN)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    due_at: Mapped[datetime | None]
    remind_minutes: Mapped[int | None]
    repeats: Mapped[str | None]
    repeats_from: Mapped[datetime | None]
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), unique=True)
    finished_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("status IN ('open', 'doing', 'done')", name="status"),
        Index("ix_task_assignee_id", "assignee_id", "finished_at"),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("task", self.id)

    @property
    def reminded_at(self) -> datetime | None:
        if self.due_at is None or self.remind_minutes is None:
            return None
        return self.due_at - timedelta(minutes=self.remind_minutes)


async def add_task(
    session: AsyncSession,
    actor: Actor,
    *,
    title: str,
    now: datetime,
    due_at: datetime | None = None,
    contact_id: int | None = None,
    project_id: int | None = None,
    remind_minutes: int | None = None,
) -> Task:
    """For the actor. Without a reminder of its own it has the house's."""
    rights.require(actor, "task.add")
    clean = " ".join(title.split())
    if not clean:
        raise Invalid("task.title-missing")
    lead = remind_minutes if remind_minutes is not None else company_of(session).projects.remind_minutes
    task = Task(
        title=clean[:LONGEST_TITLE],
        status=TaskStatus.OPEN,
        assignee_id=actor.agent_id,
        contact_id=contact_id,
        project_id=project_id,
        due_at=due_at,
        remind_minutes=lead if due_at is not None else None,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(task)
    await session.flush()
    await followers.tell(session, "task", task.id, now)
    await activity.created(session, actor, task, "task.added", now)
    await cards.refresh(session, "task", task.id, now)
    return task


async def give(session: AsyncSession, actor: Actor, task_id: int, agent: Agent, now: datetime) -> Task:
    """To whoever stands in, while the agent is absent; they are told."""
    rights.require(actor, "task.give")
    task = await lock_unfinished(session, actor, "task.give", task_id)
    receiver = await absences.present(session, agent, now)
    if task.assignee_id == receiver.id:
        raise Refused("task.already-with", ref=task.ref, name=receiver.name)
    await _change(session, actor, task, "task.given", now, assignee_id=receiver.id)
    if receiver.id != actor.agent_id:
        await notices.tell(session, receiver.id, "task.given-to-you", "task", task.id, now)
    return task


async def begin(session: AsyncSession, actor: Actor, task_id: int, now: datetime) -> Task:
    rights.require(actor, "task.begin")
    task = await lock_unfinished(session, actor, "task.begin", task_id)
    if task.status == TaskStatus.DOING:
        raise Refused("task.already-begun", ref=task.ref)
    await _change(session, actor, task, "task.begun", now, status=TaskStatus.DOING)
    return task


async def put_off(session: AsyncSession, actor: Actor, task_id: int, due_at: datetime, now: datetime) -> Task:
    """Or sooner; a reminder moves along."""
    rights.require(actor, "task.put-off")
    task = await lock_unfinished(session, actor, "task.put-off", task_id)
    await _change(session, actor, task, "task.due-set", now, due_at=due_at)
    await followers.tell(session, "task", task.id, now)
    return task


async def remind(session: AsyncSession, actor: Actor, task_id: int, minutes: int, now: datetime) -> Task:
    """Raises Invalid for a task that is due on no day."""
    rights.require(actor, "task.remind")
    task = await lock_unfinished(session, actor, "task.remind", task_id)
    if task.due_at is None:
        raise Invalid("task.no-due", ref=task.ref)
    await _change(session, actor, task, "task.reminder-set", now, remind_minutes=minutes)
    await followers.tell(session, "task", task.id, now)
    return task


async def set_project(session: AsyncSession, actor: Actor, task_id: int, project_id: int, now: datetime) -> Task:
    rights.require(actor, "task.set-project")
    task = cast("Task", await references.lock(session, "task", task_id))
    await rights.require_reach(session, actor, "task.set-project", task.assignee_id)
    project = await references.read(session, "project", project_id)
    if task.project_id == project.id:
        raise Refused("task.already-in", ref=task.ref, project=references.ref("project", project.id))
    await _change(session, actor, task, "task.project-set", now, project_id=project.id)
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


async def tasks_of_project(session: AsyncSession, project_id: int, limit: int = 15) -> Sequence[Task]:
    """Unfinished ones, what is due first on top."""
    found = await session.scalars(
        select(Task)
        .where(Task.project_id == project_id, Task.finished_at.is_(None))
        .order_by(Task.due_at.is_(None), Task.due_at, Task.id)
        .limit(limit)
    )
    return found.all()


async def lock_unfinished(session: AsyncSession, actor: Actor, verb: str, task_id: int) -> Task:
    """Held until the end of the transaction. Raises NotFound, NotAllowed or Refused."""
    task = cast("Task", await references.lock(session, "task", task_id))
    await rights.require_reach(session, actor, verb, task.assignee_id)
    if task.finished_at is not None:
        raise Refused("task.already-finished", ref=task.ref)
    return task


async def _change(session: AsyncSession, actor: Actor, task: Task, verb: str, now: datetime, **after: object) -> None:
    await activity.change(session, actor, task, verb, now, **after)
    await cards.refresh(session, "task", task.id, now)
