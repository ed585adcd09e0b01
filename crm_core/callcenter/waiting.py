"""How long a queue is, and how long it would take whoever joined it now."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.callcenter.legs import CallLeg
from crm_core.callcenter.queues import EntryState, QueueEntry

LOOKED_AT = timedelta(hours=1)
FEWEST_TAKEN = 3


async def count(session: AsyncSession, queue: str) -> int:
    """Who waits still, those for whom an agent is being rung included."""
    found = await session.scalar(
        select(func.count())
        .select_from(QueueEntry)
        .where(QueueEntry.queue == queue, QueueEntry.state.in_([EntryState.WAITING, EntryState.CLAIMED]))
    )
    return found or 0


async def estimate(session: AsyncSession, queue: str, now: datetime) -> timedelta | None:
    """By the pace at which callers were taken in the last hour; None while too few were to tell."""
    since = now - LOOKED_AT
    taken = await session.scalar(
        select(func.count())
        .select_from(CallLeg)
        .join(QueueEntry, QueueEntry.call_id == CallLeg.call_id)
        .where(QueueEntry.queue == queue, CallLeg.answered_at > since, CallLeg.answered_at <= now)
    )
    if not taken or taken < FEWEST_TAKEN:
        return None
    return LOOKED_AT / taken * (await count(session, queue) + 1)
