"""What passes between the company and the customer on a ticket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, followers, outbox, rights
from crm_core.agents import Actor
from crm_core.contacts import consents, numbers
from crm_core.contacts.consents import Channel, Purpose
from crm_core.errors import Invalid, NotFound
from crm_core.outbox import EffectKind
from crm_core.support import sla, tickets
from crm_core.support.tickets import Status, Ticket

LONGEST_SMS = 1600
_BY_PHONE = {"phone", "sms"}

NumberOfCall: TypeAlias = Callable[[AsyncSession, int], Awaitable[str | None]]
_CALLED_FROM: list[NumberOfCall] = []


def called_from(number_of_call: NumberOfCall) -> None:
    """How the number behind a ticket's call is found; calls lie above tickets."""
    _CALLED_FROM.append(number_of_call)


@dataclass(frozen=True, slots=True)
class Told:
    """`number`: where the answer goes as SMS; None when it is kept on the ticket and sent nowhere."""

    ticket: Ticket
    number: str | None


async def reply(session: AsyncSession, actor: Actor, ticket_id: int, body: str, now: datetime) -> Told:
    """Public, on the channel the customer used; the ticket then waits for them. It cannot be taken back."""
    rights.require(actor, "ticket.reply")
    ticket = await tickets.locked(session, ticket_id)
    number = await _may_reach(session, ticket, now)
    if number is not None and len(body.strip()) > LONGEST_SMS:
        raise Invalid("text.too-long", limit=LONGEST_SMS)
    said = await tickets.say_on(session, actor, ticket, body, now, is_public=True)
    if number is not None:
        payload = {"to": number, "text": said.body}
        address = f"twilio:ticket-{ticket.id}"
        await outbox.enqueue(session, EffectKind.SMS, address, payload, now, dedupe_key=f"reply-{said.id}")
        await _note_use(session, actor, ticket, number, now)
    await _moved(session, ticket, ticket.status if ticket.is_done else Status.WAITING, now)
    await activity.record(session, actor, "ticket.replied", "ticket", ticket.id, now, {"sent": number is not None})
    await followers.tell(session, "ticket", ticket.id, now)
    await sla.responded(session, ticket_id, now)
    await cards.refresh(session, "ticket", ticket.id, now)
    return Told(ticket, number)


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


async def _may_reach(session: AsyncSession, ticket: Ticket, now: datetime) -> str | None:
    """The number of `number_of`, unless they refused to be texted."""
    number = await number_of(session, ticket)
    if number is None or ticket.contact_id is None:
        return number
    allowed = await consents.may(session, ticket.contact_id, Channel.SMS, Purpose.SERVICE, now, number)
    return number if allowed else None


async def _note_use(session: AsyncSession, actor: Actor, ticket: Ticket, number: str, now: datetime) -> None:
    if ticket.contact_id is not None:
        source = ("ticket", ticket.id)
        await consents.use(
            session, actor, ticket.contact_id, Channel.SMS, Purpose.SERVICE, now, number=number, source=source
        )


async def number_of(session: AsyncSession, ticket: Ticket) -> str | None:
    """The number they called from, else the first they are known by; None for who came another way."""
    if ticket.channel not in _BY_PHONE and ticket.call_id is None:
        return None
    for find in _CALLED_FROM if ticket.call_id is not None else []:
        number = await find(session, ticket.call_id or 0)
        if number is not None:
            return number
    known = await numbers.numbers_of(session, ticket.contact_id) if ticket.contact_id is not None else []
    return known[0].e164 if known else None


async def _moved(session: AsyncSession, ticket: Ticket, status: str, now: datetime) -> None:
    ticket.status = status
    ticket.version += 1
    ticket.updated_at = now
    await session.flush()
