"""What the agenda shows of callers who want to be rung back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import phones
from crm_core.agenda import Entry
from crm_core.callcenter.callback_requests import CallbackRequest
from crm_core.contacts.contacts import Contact
from crm_core.support.tickets import DONE, Ticket

_MOST = 50


async def to_ring_back(session: AsyncSession, agent_id: int, now: datetime, until: datetime) -> Sequence[Entry]:
    """One's own and those that nobody has, the longest waiting first; those with a time of their own on their day."""
    found = await session.execute(
        select(CallbackRequest, Ticket, Contact.name)
        .join(Ticket, Ticket.id == CallbackRequest.ticket_id)
        .outerjoin(Contact, Contact.id == Ticket.contact_id)
        .where(
            Ticket.status.not_in(DONE),
            or_(Ticket.assignee_id == agent_id, Ticket.assignee_id.is_(None)),
            or_(CallbackRequest.due_at.is_(None), CallbackRequest.due_at < until),
        )
        .order_by(func.coalesce(CallbackRequest.due_at, CallbackRequest.created_at), CallbackRequest.id)
        .limit(_MOST)
    )
    return [
        Entry(
            "ticket",
            ticket.id,
            ticket.subject,
            ticket.updated_at,
            at=wish.due_at,
            private=", ".join(part for part in (name, phones.shown(wish.number)) if part),
            say=f"resolve {ticket.ref}" if ticket.assignee_id is not None else f"claim {ticket.ref}",
        )
        for wish, ticket, name in found
    ]
