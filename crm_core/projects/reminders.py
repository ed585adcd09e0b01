"""Reminders: a timer some minutes before a task is due. One that is overtaken by events does nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import absences, notices, outbox
from crm_core.outbox import EffectKind
from crm_core.projects.tasks import Task


async def schedule(session: AsyncSession, task_id: int, now: datetime) -> None:
    """At once when the lead has begun already; not at all for what was due before."""
    task = await session.get_one(Task, task_id)
    if task.due_at is None or task.remind_minutes is None or task.due_at < now:
        return
    due = task.due_at.isoformat()
    key = f"task-{task.id}-{due}-{task.remind_minutes}"
    payload = {"verb": "task.remind", "task": task.id, "due": due, "lead": task.remind_minutes}
    due_at = max(now, task.due_at - timedelta(minutes=task.remind_minutes))
    await outbox.enqueue(session, EffectKind.TIMER, f"timer:{key}", payload, now, due_at=due_at, dedupe_key=key)


async def on_due(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    task = await session.get(Task, payload["task"])
    if task is None or task.finished_at is not None or task.assignee_id is None or task.due_at is None:
        return
    if task.due_at != datetime.fromisoformat(payload["due"]) or task.remind_minutes != payload["lead"]:
        return
    assignee_id = await absences.stands_in(session, task.assignee_id, now)
    await notices.tell(session, assignee_id, "task.reminder", "task", task.id, now)
