"""How long a caller will wait, in words that keep: from what the last hours' calls took. Silent without data."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.callcenter import callers, presence
from crm_core.callcenter.calls import Call
from crm_core.callcenter.queues import QueueEntry, count, position
from crm_core.callcenter.states import CallState
from crm_core.db import UtcDateTime

LOOKED_BACK = timedelta(hours=4)
FEWEST_CALLS = 5
MOST_CALLS = 50
BUCKETS = (2, 5, 10, 20)
"""In minutes: "less than two" up to "more than twenty"."""


async def wait_of(session: AsyncSession, entry: QueueEntry, now: datetime) -> timedelta | None:
    """Place × usual time ÷ agents who may take them. None while too few calls were held to know."""
    usual = await usual_time(session, entry.queue, now)
    language = await callers.language_of(session, await session.get_one(Call, entry.call_id))
    agents = len(await presence.there(session, entry.queue, language))
    return usual * await position(session, entry, now) / agents if usual is not None and agents else None


async def of_queue(session: AsyncSession, queue: str, language: str, now: datetime) -> timedelta | None:
    """For whoever joined it now."""
    usual = await usual_time(session, queue, now)
    agents = len(await presence.there(session, queue, language))
    return usual * (await count(session, queue, now) + 1) / agents if usual is not None and agents else None


def bucket(wait: timedelta) -> int | None:
    """The minutes that it takes at the most; None when it is longer than any of them."""
    return next((minutes for minutes in BUCKETS if wait <= timedelta(minutes=minutes)), None)


async def usual_time(
    session: AsyncSession,
    queue: str | None,
    now: datetime,
    *,
    within: timedelta = LOOKED_BACK,
    most: int = MOST_CALLS,
) -> timedelta | None:
    """What an agent is busy with a call, talk and wrap-up: the mean of the newest ones of a queue, or of all."""
    ended_at = func.coalesce(Call.wrapped_up_at, Call.talk_ended_at, type_=UtcDateTime())
    rows = (
        await session.execute(
            select(Call.talk_began_at, ended_at)
            .where(
                Call.queue == queue if queue is not None else Call.queue.is_not(None),
                Call.started_at > now - within,
                Call.talk_began_at.is_not(None),
                Call.talk_ended_at.is_not(None),
                Call.state != CallState.WRAP_UP,
            )
            .order_by(Call.id.desc())
            .limit(most)
        )
    ).all()
    if len(rows) < FEWEST_CALLS:
        return None
    lengths = [ended - began for began, ended in rows if began is not None and ended is not None]
    return sum(lengths, timedelta()) / len(lengths)
