"""What the agenda shows of tickets: what falls due today by what was promised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agenda import Entry
from crm_core.support.tickets import DONE, Ticket

_MOST = 50


async def near_breach(session: AsyncSession, agent_id: int, _now: datetime, until: datetime) -> Sequence[Entry]:
    """One's own, what is due first on top; what is overdue is among them."""
    found = await session.scalars(
        select(Ticket)
        .where(Ticket.assignee_id == agent_id, Ticket.status.not_in(DONE), Ticket.next_due_at < until)
        .order_by(Ticket.next_due_at, Ticket.id)
        .limit(_MOST)
    )
    return [
        Entry("ticket", ticket.id, ticket.subject, ticket.updated_at, at=ticket.next_due_at, say=f"show {ticket.ref}")
        for ticket in found
    ]
