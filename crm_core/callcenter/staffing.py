"""How many agents are needed, by the calls of the last weeks and what is promised to callers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import rights
from crm_core.agents import Actor
from crm_core.callcenter import erlang, estimates
from crm_core.callcenter.calls import Call
from crm_core.callcenter.queues import QueueEntry
from crm_core.company import company_of
from crm_core.errors import NotFound, Refused

LOOKED_BACK = timedelta(days=28)
MOST_CALLS = 500
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Need:
    """`calls_an_hour` want to talk to somebody then, each keeps an agent busy for `handle`."""

    agents: int
    calls_an_hour: float
    handle: timedelta


async def needed(session: AsyncSession, actor: Actor, queue: str | None, begins: time, now: datetime) -> Need:
    """In the hour that `begins` then, for one queue or for all. Raises NotFound for a queue that is none, Refused where
    it is closed then or too few calls were held to know.
    """
    rights.require(actor, "floor.read")
    company = company_of(session)
    if queue is not None and queue not in company.queues:
        raise NotFound("ticket.queue-unknown", text=queue[:40], names=", ".join(company.queues))
    hours = _open_hours(session, begins, now)
    if not hours:
        raise Refused("staffing.closed", at=f"{begins:%H:%M}")
    handle = await estimates.usual_time(session, queue, now, within=LOOKED_BACK, most=MOST_CALLS)
    if handle is None:
        raise Refused("staffing.too-few-calls", count=estimates.FEWEST_CALLS)
    calls_an_hour = await _came(session, queue, hours) / len(hours)
    aim = company.callcenter.service_level
    agents = erlang.agents_needed(
        calls_an_hour,
        handle.total_seconds(),
        service_level=aim.percent / 100,
        target_seconds=aim.within.total_seconds(),
    )
    return Need(agents, calls_an_hour, handle)


def _open_hours(session: AsyncSession, begins: time, now: datetime) -> Sequence[datetime]:
    """When it was that time of day and open; the present hour is not over."""
    company = company_of(session)
    today = now.astimezone(company.zone).date()
    days = (today - timedelta(days=back) for back in range(1, LOOKED_BACK.days + 1))
    moments = (datetime.combine(day, begins, company.zone).astimezone(UTC) for day in days)
    return [at for at in moments if company.is_open(at)]


async def _came(session: AsyncSession, queue: str | None, hours: Sequence[datetime]) -> int:
    """Who was put through to somebody, gave up or found nobody there."""
    then = or_(*(and_(QueueEntry.joined_at >= at, QueueEntry.joined_at < at + HOUR) for at in hours))
    query = select(func.count()).select_from(QueueEntry).join(Call, Call.id == QueueEntry.call_id)
    query = query.where(then, Call.direction == "inbound")
    return await session.scalar(query if queue is None else query.where(QueueEntry.queue == queue)) or 0
