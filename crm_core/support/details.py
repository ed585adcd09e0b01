"""What is known of a ticket besides where it stands: its custom fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import fields, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.support import tickets
from crm_core.support.tickets import Ticket


async def set_field(session: AsyncSession, actor: Actor, ticket_id: int, key: str, value: Any, now: datetime) -> Ticket:
    """A custom field of offhook.yml; None empties it. Raises Invalid, naming the field."""
    rights.require(actor, "ticket.set-field")
    ticket = await tickets.locked(session, ticket_id)
    custom = fields.put(ticket.custom, fields.read_all(company_of(session).ticket_fields, "ticket", {key: value}))
    await tickets.change(session, actor, ticket, "ticket.field-set", now, custom=custom)
    return ticket
