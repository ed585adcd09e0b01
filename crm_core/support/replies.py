"""What passes between the company and the customer on a ticket."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, followers, rights
from crm_core.agents import Actor
from crm_core.contacts import texts
from crm_core.errors import Invalid, NotFound
from crm_core.support import search, sla, tickets, ways
from crm_core.support.tickets import Status, Ticket
from crm_core.support.ways import Medium, Way


@dataclass(frozen=True, slots=True)
class Told:
    """`way`: where the answer goes; None when it is kept on the ticket and sent nowhere."""

    ticket: Ticket
    way: Way | None


async def reply(session: AsyncSession, actor: Actor, ticket_id: int, body: str, now: datetime) -> Told:
    """Public, on the channel the customer used, else on another of theirs; the ticket then waits for them. It cannot
    be taken back.
    """
    rights.require(actor, "ticket.reply")
    ticket = await tickets.locked(session, ticket_id)
    way = await ways.open_way(session, ticket, now)
    text = _with_reference(ticket, body.strip())
    if way is not None and way.medium is Medium.SMS and len(text) > texts.LONGEST:
        raise Invalid("text.too-long", limit=texts.LONGEST - len(text) + len(body.strip()))
    said = await tickets.say_on(session, actor, ticket, body, now, is_public=True)
    if way is not None:
        await ways.send(session, actor, ticket, way, text, now, key=f"reply-{said.id}")
    await _moved(session, ticket, ticket.status if ticket.is_done else Status.WAITING, now)
    sent = way.medium if way is not None else None
    await activity.record(session, actor, "ticket.replied", "ticket", ticket.id, now, {"sent": sent})
    await followers.tell(session, "ticket", ticket.id, now)
    await sla.responded(session, ticket_id, now)
    await cards.refresh(session, "ticket", ticket.id, now)
    return Told(ticket, way)


async def customer_replied(session: AsyncSession, actor: Actor, ticket_id: int, body: str, now: datetime) -> Ticket:
    """Whatever it was waiting for, it is open again; of a merged ticket the one that goes on. Raises NotFound."""
    rights.require(actor, "ticket.customer-reply")
    ticket = await tickets.locked(session, ticket_id)
    while ticket.merged_into_id is not None:
        ticket = await tickets.locked(session, ticket.merged_into_id)
    if actor.role is None and (actor.contact_id is None or ticket.contact_id != actor.contact_id):
        raise NotFound("ticket.unknown", ref=ticket.ref)
    await tickets.say_on(session, actor, ticket, body, now, is_public=True)
    ticket.snoozed_until = None
    await _moved(session, ticket, ticket.status if ticket.status == Status.NEW else Status.OPEN, now)
    await activity.record(session, actor, "ticket.answered", "ticket", ticket.id, now)
    await followers.tell(session, "ticket", ticket.id, now)
    await cards.refresh(session, "ticket", ticket.id, now)
    return ticket


async def told_on(session: AsyncSession, actor: Actor, ticket_id: int, text: str, now: datetime) -> Ticket | None:
    """The customer tells the whole of what they had begun: it takes the place of the beginning, unless somebody is at
    it already, who finds it as an answer. None where it is done or gone, so that it is a new ticket.
    """
    rights.require(actor, "ticket.open")
    ticket = await session.get(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    if ticket is None or ticket.is_done:
        return None
    if ticket.status == Status.NEW and ticket.assignee_id is None:
        subject, description = tickets.titled(text)
        await tickets.change(session, actor, ticket, "ticket.told-on", now, subject=subject, description=description)
        await search.index(session, ticket.id)
        return ticket
    await tickets.say_on(session, actor, ticket, text, now, is_public=True)
    await _moved(session, ticket, Status.OPEN, now)
    await activity.record(session, actor, "ticket.answered", "ticket", ticket.id, now)
    await followers.tell(session, "ticket", ticket.id, now)
    await cards.refresh(session, "ticket", ticket.id, now)
    return ticket


def _with_reference(ticket: Ticket, body: str) -> str:
    """So that who has several tickets knows which one is meant."""
    return body if re.search(rf"\b{ticket.ref}\b", body) else f"{ticket.ref}: {body}"


async def _moved(session: AsyncSession, ticket: Ticket, status: str, now: datetime) -> None:
    ticket.status = status
    ticket.version += 1
    ticket.updated_at = now
    await session.flush()
