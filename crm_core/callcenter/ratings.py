"""How content a caller was: with a ticket when it is resolved, else with the call."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, rights
from crm_core.agents import Actor
from crm_core.callcenter.calls import Call
from crm_core.errors import Invalid
from crm_core.support import satisfaction, tickets
from crm_core.support.tickets import DONE, Ticket

WORST, BEST = 1, 5


async def rate(
    session: AsyncSession, actor: Actor, call: Call, rating: int, now: datetime, ticket_id: int | None = None
) -> None:
    """`ticket_id`: the one that was spoken about; without it the newest of the call. A second thought replaces the
    first. Raises Invalid.
    """
    rights.require(actor, "call.rate")
    if not WORST <= rating <= BEST:
        raise Invalid("satisfaction.no-rating")
    resolved = await _resolved(session, actor, call, ticket_id)
    if resolved is not None:
        await satisfaction.rate(session, actor, resolved, rating, now)
        return
    await rate_call(session, actor, call, rating, now)


async def rate_call(session: AsyncSession, actor: Actor, call: Call, rating: int, now: datetime) -> None:
    """The talk itself, whatever became of its ticket."""
    rights.require(actor, "call.rate")
    call.rating = rating
    call.updated_at = now
    await session.flush()
    await activity.record(session, actor, "call.rated", "call", call.id, now, {"rating": rating})
    await cards.refresh(session, "call", call.id, now)


async def _resolved(session: AsyncSession, actor: Actor, call: Call, ticket_id: int | None) -> int | None:
    """Only a known caller's own."""
    if ticket_id is None:
        newest = select(Ticket.id).where(Ticket.call_id == call.id).order_by(Ticket.id.desc()).limit(1)
        ticket_id = await session.scalar(newest)
    if ticket_id is None or not await tickets.is_of(session, ticket_id, actor.contact_id):
        return None
    status = await session.scalar(select(Ticket.status).where(Ticket.id == ticket_id))
    return ticket_id if status in DONE else None
