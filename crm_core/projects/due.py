"""What the agenda shows of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agenda import Entry
from crm_core.projects.tasks import Task

_MOST = 200


async def due_tasks(session: AsyncSession, agent_id: int, now: datetime, until: datetime) -> Sequence[Entry]:
    found = await session.scalars(
        select(Task)
        .where(Task.assignee_id == agent_id, Task.finished_at.is_(None), Task.due_at < until)
        .order_by(Task.due_at, Task.id)
        .limit(_MOST)
    )
    return [
        Entry("task", task.id, task.title, task.updated_at, at=task.due_at, say=f"done {task.ref}") for task in found
    ]
