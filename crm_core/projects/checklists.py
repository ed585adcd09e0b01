"""The checklist of a task: short lines, ticked off one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, rights
from crm_core.agents import Actor
from crm_core.db import Base, BigId
from crm_core.errors import Invalid, NotFound, Refused
from crm_core.projects.tasks import Task, lock_unfinished

LONGEST_ITEM = 200
MOST_ITEMS = 50


class TaskItem(Base):
    """`position` counts from 1, as people say it."""

    __tablename__ = "task_item"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    position: Mapped[int]
    text: Mapped[str]
    checked_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_task_item_task_id", "task_id", "position"),)


async def add_item(session: AsyncSession, actor: Actor, task_id: int, text: str, now: datetime) -> TaskItem:
    rights.require(actor, "task.add-item")
    clean = " ".join(text.split())
    if not clean:
        raise Invalid("task.item-missing")
    task = await lock_unfinished(session, actor, "task.add-item", task_id)
    count = await session.scalar(select(func.count()).select_from(TaskItem).where(TaskItem.task_id == task_id)) or 0
    if count >= MOST_ITEMS:
        raise Refused("task.too-many-items", ref=task.ref, limit=MOST_ITEMS)
    item = TaskItem(task_id=task_id, position=count + 1, text=clean[:LONGEST_ITEM])
    session.add(item)
    await _change(session, actor, task, "task.item-added", item, now)
    return item


async def check(session: AsyncSession, actor: Actor, task_id: int, position: int, now: datetime) -> TaskItem:
    """Ticked off, or not any more when it was. Raises NotFound."""
    rights.require(actor, "task.check")
    task = await lock_unfinished(session, actor, "task.check", task_id)
    item = await session.scalar(select(TaskItem).where(TaskItem.task_id == task_id, TaskItem.position == position))
    if item is None:
        raise NotFound("task.item-unknown", ref=task.ref, number=position)
    item.checked_at = now if item.checked_at is None else None
    if item.checked_at is not None:
        await _change(session, actor, task, "task.item-checked", item, now)
    else:
        await _change(session, actor, task, "task.item-unchecked", item, now)
    return item


async def items_of(session: AsyncSession, task_id: int) -> Sequence[TaskItem]:
    return (
        await session.scalars(select(TaskItem).where(TaskItem.task_id == task_id).order_by(TaskItem.position))
    ).all()


async def copy(session: AsyncSession, from_id: int, to_id: int) -> None:
    """With nothing ticked off."""
    for item in await items_of(session, from_id):
        session.add(TaskItem(task_id=to_id, position=item.position, text=item.text))
    await session.flush()


async def _change(session: AsyncSession, actor: Actor, task: Task, verb: str, item: TaskItem, now: datetime) -> None:
    task.version += 1
    task.updated_at = now
    await session.flush()
    await activity.record(session, actor, verb, "task", task.id, now, {"item": item.position})
    await cards.refresh(session, "task", task.id, now)
