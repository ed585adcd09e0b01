"""The calls that were about a ticket: the one it was opened in, and those that colleagues link to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import cards, references, rights
from crm_core.agents import Actor
from crm_core.db import Base, Record
from crm_core.errors import Refused
from crm_core.outbox import insert_ignoring
from crm_core.support import tickets
from crm_core.support.tickets import Ticket


class TicketCall(Base):
    """A further call; the one it was opened in is the ticket's own `call_id`."""

    __tablename__ = "ticket_call"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), primary_key=True, index=True)


async def link_call(session: AsyncSession, actor: Actor, ticket_id: int, call_id: int, now: datetime) -> Ticket:
    """Raises NotFound for a call that is not there, Refused for one that is linked."""
    rights.require(actor, "ticket.link")
    await references.read(session, "call", call_id)
    ticket = await tickets.locked(session, ticket_id)
    if call_id in await calls_of(session, ticket):
        raise Refused("ticket.already-linked", ref=ticket.ref, call=references.ref("call", call_id))
    await session.execute(insert(TicketCall).values(ticket_id=ticket.id, call_id=call_id))
    await tickets.change(session, actor, ticket, "ticket.call-linked", now, {"call": call_id})
    await cards.refresh(session, "call", call_id, now)
    return ticket


async def unlink_call(session: AsyncSession, actor: Actor, ticket_id: int, call_id: int, now: datetime) -> Ticket:
    """Raises Refused for the call it was opened in, and for one that is not linked."""
    rights.require(actor, "ticket.link")
    ticket = await tickets.locked(session, ticket_id)
    call = references.ref("call", call_id)
    if ticket.call_id == call_id:
        raise Refused("ticket.opened-in-call", ref=ticket.ref, call=call)
    known = await session.get(TicketCall, (ticket_id, call_id))
    if known is None:
        raise Refused("ticket.not-linked", ref=ticket.ref, call=call)
    await session.delete(known)
    await tickets.change(session, actor, ticket, "ticket.call-unlinked", now, {"call": call_id})
    await cards.refresh(session, "call", call_id, now)
    return ticket


async def calls_of(session: AsyncSession, ticket: Ticket) -> Sequence[int]:
    """The one it was opened in first."""
    linked = select(TicketCall.call_id).where(TicketCall.ticket_id == ticket.id).order_by(TicketCall.call_id)
    first = [ticket.call_id] if ticket.call_id is not None else []
    return [*first, *await session.scalars(linked)]


async def tickets_about(session: AsyncSession, call_id: int, limit: int = 20) -> Sequence[Ticket]:
    """What a call was about."""
    linked = select(TicketCall.ticket_id).where(TicketCall.call_id == call_id)
    query = select(Ticket).where(or_(Ticket.call_id == call_id, Ticket.id.in_(linked))).order_by(Ticket.id)
    return (await session.scalars(query.limit(limit))).all()


async def linked_again(session: AsyncSession, record: Record, parts: dict[str, Any], now: datetime) -> None:
    row = {"ticket_id": record.id, "call_id": parts["call"]}
    await session.execute(insert_ignoring(session, TicketCall.__table__), row)


async def unlinked_again(session: AsyncSession, record: Record, parts: dict[str, Any], now: datetime) -> None:
    linked = (TicketCall.ticket_id == record.id, TicketCall.call_id == parts["call"])
    await session.execute(delete(TicketCall).where(*linked))


async def remove_calls(session: AsyncSession, ticket_id: int) -> None:
    await session.execute(delete(TicketCall).where(TicketCall.ticket_id == ticket_id))
