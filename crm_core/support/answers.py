"""What a customer is told on a ticket."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import Actor
from crm_core.support import sla, tickets
from crm_core.support.tickets import Ticket


async def answer(session: AsyncSession, actor: Actor, ticket_id: int, text: str, now: datetime) -> Ticket:
    """Kept with the ticket, and its first response from now on."""
    ticket = await tickets.comment(session, actor, ticket_id, text, now)
    await sla.responded(session, ticket_id, now)
    return ticket
