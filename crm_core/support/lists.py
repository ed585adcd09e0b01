"""Which tickets there are, a page at a time, and which is next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import rights
from crm_core.agents import Actor
from crm_core.errors import NotFound
from crm_core.support import tickets
from crm_core.support.tags import TicketTag
from crm_core.support.tickets import ACTIVE, FREE, NOT_SNOOZED, Priority, Status, Ticket

PAGE = 15


class Wanted(TypedDict, total=False):
    """What narrows a list."""

    status: Status
    queue: str
    tag: str
    assignee: int
    is_free: bool


async def list_tickets(
    session: AsyncSession,
    actor: Actor,
    *,
    status: Status | None = None,
    queue: str | None = None,
    tag: str | None = None,
    assignee: int | None = None,
    is_free: bool = False,
    before_id: int | None = None,
    limit: int = PAGE,
) -> Sequence[Ticket]:
    """Newest first, without those asleep; those that are done only when `status` asks for them.

    The next page begins before the last one's last id: it costs what the first one did.
    """
    rights.require(actor, "ticket.read")
    query = select(Ticket).limit(limit)
    query = query.where(text(ACTIVE)) if status is None else query.where(text(NOT_SNOOZED), Ticket.status == status)
    if queue is not None:
        query = query.where(Ticket.queue == queue)
    if assignee is not None:
        query = query.where(Ticket.assignee_id == assignee)
    if is_free:
        query = query.where(Ticket.assignee_id.is_(None))
    last = Ticket.id
    if tag is not None:
        query = query.join(TicketTag, TicketTag.ticket_id == Ticket.id).where(TicketTag.tag == tag)
        last = TicketTag.ticket_id
    if before_id is not None:
        # Said of both sides of the join: PostgreSQL does not conclude the one from the other.
        query = query.where(last < before_id, Ticket.id < before_id)
    return (await session.scalars(query.order_by(last.desc()))).all()


async def claim_next(session: AsyncSession, actor: Actor, now: datetime) -> Ticket:
    """Claims the most urgent ticket nobody has: what falls due first, then the oldest. Raises NotFound for none."""
    rights.require(actor, "ticket.claim")
    for priority in Priority:
        ticket = await session.scalar(
            select(Ticket)
            .where(text(FREE), Ticket.priority == priority)
            .order_by(Ticket.next_due_at.nulls_last(), Ticket.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if ticket is not None:
            await tickets.change(
                session, actor, ticket, "ticket.claimed", now, assignee_id=actor.agent_id, status=Status.OPEN
            )
            return ticket
    raise NotFound("ticket.none-waiting")
