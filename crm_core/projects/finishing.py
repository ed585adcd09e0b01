"""Finishing a task: what waited for it may go on, and one that repeats comes again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, followers, rights
from crm_core.agents import SYSTEM, Actor
from crm_core.company import company_of
from crm_core.db import Record
from crm_core.errors import Invalid, Refused
from crm_core.projects import checklists, dependencies, hours, recurrence, stopwatch
from crm_core.projects.checklists import TaskItem
from crm_core.projects.dependencies import TaskBlock
from crm_core.projects.recurrence import Recurrence
from crm_core.projects.tasks import Task, TaskStatus, lock_unfinished


async def finish(session: AsyncSession, actor: Actor, task_id: int, now: datetime) -> Task:
    """Raises Refused while it waits for another."""
    rights.require(actor, "task.finish")
    task = await lock_unfinished(session, actor, "task.finish", task_id)
    waits_for = await dependencies.blockers(session, task_id)
    if waits_for:
        raise Refused("task.waits", ref=task.ref, blockers=", ".join(blocker.ref for blocker in waits_for))
    await activity.change(session, actor, task, "task.finished", now, status=TaskStatus.DONE, finished_at=now)
    await dependencies.tell_freed(session, actor, task_id, now)
    await _come_again(session, actor, task, now)
    await cards.refresh(session, "task", task.id, now)
    return task


async def repeat(session: AsyncSession, actor: Actor, task_id: int, rule: Recurrence | None, now: datetime) -> Task:
    """Counted from the day it is due now; None ends it. Raises Invalid for a task that is due on no day."""
    rights.require(actor, "task.repeat")
    task = await lock_unfinished(session, actor, "task.repeat", task_id)
    if rule is not None and task.due_at is None:
        raise Invalid("task.no-due", ref=task.ref)
    after = {"repeats": rule.as_rule() if rule else None, "repeats_from": task.due_at if rule else None}
    await activity.change(session, actor, task, "task.repeat-set", now, **after)
    await cards.refresh(session, "task", task.id, now)
    return task


async def follow_up(session: AsyncSession, task_id: int) -> Task | None:
    """The one that came when this one was finished."""
    return await session.scalar(select(Task).where(Task.follows_id == task_id))


async def take_back(session: AsyncSession, task: Record, _parts: dict[str, Any], now: datetime) -> None:
    """The finishing is undone: so is what came of it. Raises Refused when somebody has touched that since."""
    follower = await follow_up(session, task.id)
    if follower is None:
        return
    if follower.version != 1:
        raise Refused("undo.changed-since", ref=follower.ref)
    follower_id = follower.id
    await remove_parts(session, follower_id)
    await session.delete(follower)
    await session.flush()
    await activity.record(session, SYSTEM, "task.withdrawn", "task", follower_id, now)
    await cards.refresh(session, "task", follower_id, now)


async def remove_parts(session: AsyncSession, task_id: int) -> None:
    await session.execute(delete(TaskItem).where(TaskItem.task_id == task_id))
    await session.execute(delete(TaskBlock).where(or_(TaskBlock.task_id == task_id, TaskBlock.blocker_id == task_id)))
    await hours.forget(session, "task", task_id)
    await stopwatch.forget(session, "task", task_id)


async def _come_again(session: AsyncSession, actor: Actor, task: Task, now: datetime) -> None:
    """What was not done for a while comes once, not as often as it was missed."""
    if task.repeats is None or task.repeats_from is None or task.due_at is None:
        return
    zone = company_of(session).zone
    due_at = recurrence.next_after(task.repeats, task.repeats_from, max(task.due_at, now), zone)
    if due_at is None:
        return
    kept = ("title", "assignee_id", "contact_id", "project_id", "remind_minutes", "repeats", "repeats_from")
    following = Task(
        **{name: getattr(task, name) for name in kept},
        status=TaskStatus.OPEN,
        due_at=due_at,
        follows_id=task.id,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(following)
    await session.flush()
    await checklists.copy(session, task.id, following.id)
    await followers.tell(session, "task", following.id, now)
    await activity.record(session, actor, "task.came-again", "task", following.id, now)
    await cards.refresh(session, "task", following.id, now)
