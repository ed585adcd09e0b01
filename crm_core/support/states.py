"""Where a ticket stands between new and closed, and in which queue it lies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.errors import NotFound, Refused
from crm_core.support import search, tickets
from crm_core.support.tickets import Status, Ticket


async def wait(session: AsyncSession, actor: Actor, ticket_id: int, now: datetime) -> Ticket:
    """For the customer: what they say next opens it again."""
    rights.require(actor, "ticket.wait")
    ticket = await _to(session, ticket_id, Status.WAITING)
    await tickets.change(session, actor, ticket, "ticket.made-waiting", now, status=Status.WAITING)
    return ticket


async def hold(session: AsyncSession, actor: Actor, ticket_id: int, now: datetime) -> Ticket:
    """For somebody else than the customer: a part, a colleague, a supplier."""
    rights.require(actor, "ticket.hold")
    ticket = await _to(session, ticket_id, Status.ON_HOLD)
    await tickets.change(session, actor, ticket, "ticket.held", now, status=Status.ON_HOLD)
    return ticket


async def reopen(session: AsyncSession, actor: Actor, ticket_id: int, now: datetime) -> Ticket:
    rights.require(actor, "ticket.reopen")
    ticket = await tickets.locked(session, ticket_id)
    if ticket.merged_into_id is not None:
        raise Refused("ticket.is-merged", ref=ticket.ref, into=f"T-{ticket.merged_into_id}")
    if ticket.status in {Status.NEW, Status.OPEN} and ticket.snoozed_until is None:
        raise Refused("ticket.already-open", ref=ticket.ref)
    await tickets.change(session, actor, ticket, "ticket.reopened", now, status=Status.OPEN, snoozed_until=None)
    return ticket


async def close(session: AsyncSession, actor: Actor, ticket_id: int, now: datetime) -> Ticket:
    """Also one that is resolved already."""
    rights.require(actor, "ticket.close")
    ticket = await tickets.locked(session, ticket_id)
    if ticket.status == Status.CLOSED:
        raise Refused("ticket.already-closed", ref=ticket.ref)
    tickets.refuse_when_incomplete(session, ticket)
    was_done = ticket.is_done
    await tickets.change(session, actor, ticket, "ticket.closed", now, status=Status.CLOSED, snoozed_until=None)
    if not was_done:
        await tickets.ended(session, actor, ticket, now)
    return ticket


async def queue(session: AsyncSession, actor: Actor, ticket_id: int, key: str, now: datetime) -> Ticket:
    """`key`: one of the company's queues. Raises NotFound."""
    rights.require(actor, "ticket.queue")
    if key not in company_of(session).queues:
        raise NotFound("ticket.queue-unknown", text=key[:40], names=", ".join(company_of(session).queues))
    ticket = await tickets.locked(session, ticket_id)
    if ticket.queue == key:
        raise Refused("ticket.already-queued", ref=ticket.ref, queue=key)
    await tickets.change(session, actor, ticket, "ticket.queued", now, queue=key)
    return ticket


async def describe(session: AsyncSession, actor: Actor, ticket_id: int, description: str, now: datetime) -> Ticket:
    rights.require(actor, "ticket.describe")
    ticket = await tickets.locked(session, ticket_id)
    text = description.strip()[: tickets.LONGEST_BODY]
    await tickets.change(session, actor, ticket, "ticket.described", now, description=text)
    await search.index(session, ticket.id)
    return ticket


async def _to(session: AsyncSession, ticket_id: int, status: Status) -> Ticket:
    ticket = await tickets.locked(session, ticket_id)
    ticket.refuse_when_done()
    if ticket.status == status:
        raise Refused(f"ticket.already-{status}", ref=ticket.ref)
    return ticket
