"""What a task waits for: other tasks that have to be finished first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from crm_core import activity, cards, notices, references, rights
from crm_core.agents import Actor
from crm_core.db import Base, BigId
from crm_core.errors import Refused
from crm_core.projects.tasks import Task, lock_unfinished


class TaskBlock(Base):
    """`task_id` waits for `blocker_id`."""

    __tablename__ = "task_block"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    blocker_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    __table_args__ = (UniqueConstraint("task_id", "blocker_id"),)


async def block(session: AsyncSession, actor: Actor, task_id: int, blocker_id: int, now: datetime) -> Task:
    """Both are held in the order of their numbers, so that two who cross cannot close a circle."""
    rights.require(actor, "task.block")
    both = sorted({task_id, blocker_id})
    held = {number: await lock_unfinished(session, actor, "task.block", number) for number in both}
    task, blocker = held[task_id], held[blocker_id]
    if await _waits_for(session, blocker_id, task_id):
        raise Refused("task.circle", ref=task.ref, blocker=blocker.ref)
    if blocker_id in {found.id for found in await blockers(session, task_id)}:
        raise Refused("task.already-waits", ref=task.ref, blocker=blocker.ref)
    session.add(TaskBlock(task_id=task_id, blocker_id=blocker_id))
    await _change(session, actor, task, "task.blocked", blocker_id, now)
    return task


async def unblock(session: AsyncSession, actor: Actor, task_id: int, blocker_id: int, now: datetime) -> Task:
    rights.require(actor, "task.block")
    task = await lock_unfinished(session, actor, "task.block", task_id)
    found = await session.scalar(
        select(TaskBlock).where(TaskBlock.task_id == task_id, TaskBlock.blocker_id == blocker_id)
    )
    if found is None:
        raise Refused("task.waits-not", ref=task.ref, blocker=references.ref("task", blocker_id))
    await session.delete(found)
    await _change(session, actor, task, "task.unblocked", blocker_id, now)
    return task


async def blockers(session: AsyncSession, task_id: int) -> Sequence[Task]:
    """Those that are not finished."""
    found = await session.scalars(
        select(Task)
        .join(TaskBlock, TaskBlock.blocker_id == Task.id)
        .where(TaskBlock.task_id == task_id, Task.finished_at.is_(None))
        .order_by(Task.id)
    )
    return found.all()


async def freed_by(session: AsyncSession, blocker_id: int) -> Sequence[Task]:
    """Unfinished ones that waited for this task and wait for none now."""
    other, waits = aliased(Task), aliased(TaskBlock)
    still = exists().where(waits.task_id == Task.id, waits.blocker_id == other.id, other.finished_at.is_(None))
    found = await session.scalars(
        select(Task)
        .join(TaskBlock, TaskBlock.task_id == Task.id)
        .where(TaskBlock.blocker_id == blocker_id, Task.finished_at.is_(None), ~still)
        .order_by(Task.id)
    )
    return found.all()


async def tell_freed(session: AsyncSession, actor: Actor, blocker_id: int, now: datetime) -> None:
    """Whoever has to go on is told, unless they did it themselves."""
    for task in await freed_by(session, blocker_id):
        if task.assignee_id is not None and task.assignee_id != actor.agent_id:
            await notices.tell(session, task.assignee_id, "task.free-now", "task", task.id, now)


async def _waits_for(session: AsyncSession, task_id: int, wanted: int) -> bool:
    """Whether `wanted` is among what the task waits for, over however many others; a task waits for itself."""
    seen: set[int] = set()
    ahead = {task_id}
    while ahead:
        if wanted in ahead:
            return True
        seen |= ahead
        found = await session.scalars(select(TaskBlock.blocker_id).where(TaskBlock.task_id.in_(ahead)))
        ahead = set(found) - seen
    return False


async def _change(session: AsyncSession, actor: Actor, task: Task, verb: str, blocker_id: int, now: datetime) -> None:
    task.version += 1
    task.updated_at = now
    await session.flush()
    await activity.record(session, actor, verb, "task", task.id, now, {"blocker": blocker_id})
    await cards.refresh(session, "task", task.id, now)
