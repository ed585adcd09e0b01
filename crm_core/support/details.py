"""What is known of a ticket besides where it stands: subject, priority, whose it is, fields of the house's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import fields, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.contacts import contacts
from crm_core.errors import Invalid, Refused
from crm_core.message import say
from crm_core.support import search, tickets
from crm_core.support.tickets import LONGEST_SUBJECT, Priority, Ticket


async def rename(session: AsyncSession, actor: Actor, ticket_id: int, subject: str, now: datetime) -> Ticket:
    """Raises Invalid for an empty or endless one."""
    rights.require(actor, "ticket.rename")
    clean = " ".join(subject.split())
    if not clean:
        raise Invalid("ticket.subject-missing")
    if len(clean) > LONGEST_SUBJECT:
        raise Invalid("text.too-long", limit=LONGEST_SUBJECT)
    ticket = await tickets.locked(session, ticket_id)
    await tickets.change(session, actor, ticket, "ticket.renamed", now, subject=clean)
    await search.index(session, ticket.id)
    return ticket


async def prioritise(session: AsyncSession, actor: Actor, ticket_id: int, priority: Priority, now: datetime) -> Ticket:
    """What was promised for it moves with it."""
    rights.require(actor, "ticket.prioritise")
    ticket = await tickets.locked(session, ticket_id)
    if ticket.priority == priority:
        raise Refused("ticket.already-prioritised", ref=ticket.ref, priority=say(f"ticket.priority-{priority}"))
    await tickets.change(session, actor, ticket, "ticket.prioritised", now, priority=priority.value)
    return ticket


async def set_contact(session: AsyncSession, actor: Actor, ticket_id: int, contact_id: int, now: datetime) -> Ticket:
    """Whose it is; what was promised to them moves with it. Raises NotFound."""
    rights.require(actor, "ticket.set-contact")
    contact = await contacts.lock_contact(session, contact_id)
    ticket = await tickets.locked(session, ticket_id)
    if ticket.contact_id == contact.id:
        raise Refused("ticket.already-from", ref=ticket.ref, contact=contact.ref)
    await tickets.change(session, actor, ticket, "ticket.assigned-to-contact", now, contact_id=contact.id)
    return ticket


async def set_field(session: AsyncSession, actor: Actor, ticket_id: int, key: str, value: Any, now: datetime) -> Ticket:
    """A custom field of offhook.yml; None empties it. Raises Invalid, naming the field."""
    rights.require(actor, "ticket.set-field")
    ticket = await tickets.locked(session, ticket_id)
    custom = fields.put(ticket.custom, fields.read_all(company_of(session).ticket_fields, "ticket", {key: value}))
    await tickets.change(session, actor, ticket, "ticket.field-set", now, custom=custom)
    await search.index(session, ticket.id)
    return ticket
