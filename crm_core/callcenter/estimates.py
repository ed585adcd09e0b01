"""How long a caller will wait, in words that keep: from what the last hours' calls took. Silent without data."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import BUSY, Agent, Presence
from crm_core.callcenter.calls import Call
from crm_core.callcenter.queues import QueueEntry, count, position, rule_of, staff

LOOKED_BACK = timedelta(hours=4)
FEWEST_CALLS = 5
BUCKETS = (2, 5, 10, 20)
"""In minutes: "less than two" up to "more than twenty"."""


async def wait_of(session: AsyncSession, entry: QueueEntry, now: datetime) -> timedelta | None:
    """Place × usual talk ÷ agents on duty. None while too few calls were held to know."""
    usual = await usual_talk(session, entry.queue, now)
    agents = await _on_duty(session, entry.queue)
    if usual is None or not agents:
        return None
    return usual * await position(session, entry, now) / agents


async def of_queue(session: AsyncSession, queue: str, now: datetime) -> timedelta | None:
    """For whoever joined it now."""
    usual = await usual_talk(session, queue, now)
    agents = await _on_duty(session, queue)
    return usual * (await count(session, queue, now) + 1) / agents if usual is not None and agents else None


def bucket(wait: timedelta) -> int | None:
    """The minutes that it takes at the most; None when it is longer than any of them."""
    return next((minutes for minutes in BUCKETS if wait <= timedelta(minutes=minutes)), None)


async def usual_talk(session: AsyncSession, queue: str, now: datetime) -> timedelta | None:
    """The mean of the newest calls of the queue."""
    rows = (
        await session.execute(
            select(Call.talk_began_at, Call.talk_ended_at)
            .where(
                Call.queue == queue,
                Call.started_at > now - LOOKED_BACK,
                Call.talk_began_at.is_not(None),
                Call.talk_ended_at.is_not(None),
            )
            .order_by(Call.id.desc())
            .limit(50)
        )
    ).all()
    if len(rows) < FEWEST_CALLS:
        return None
    lengths = [ended - began for began, ended in rows if began is not None and ended is not None]
    return sum(lengths, timedelta()) / len(lengths)


async def _on_duty(session: AsyncSession, queue: str) -> int:
    on_duty = staff(rule_of(session, queue)).where(Agent.presence.in_([Presence.AVAILABLE, *BUSY]))
    return await session.scalar(select(func.count()).select_from(on_duty.subquery())) or 0
