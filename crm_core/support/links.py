"""How tickets hang together: one is part of another, one waits for another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import cards, rights
from crm_core.agents import Actor
from crm_core.db import Base, Record
from crm_core.errors import Refused
from crm_core.outbox import insert_ignoring
from crm_core.support import tickets
from crm_core.support.tickets import DONE, Ticket

_DEEPEST = 20


class TicketBlocker(Base):
    __tablename__ = "ticket_blocker"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    blocker_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, index=True)


async def put_under(session: AsyncSession, actor: Actor, ticket_id: int, parent_id: int, now: datetime) -> Ticket:
    """Makes it a subticket. Raises Refused where that would go in a circle."""
    rights.require(actor, "ticket.link")
    parent, ticket = await both(session, parent_id, ticket_id)
    above: Ticket | None = parent
    for _level in range(_DEEPEST):
        if above is None or above.id == ticket.id:
            break
        above = await session.get(Ticket, above.parent_id) if above.parent_id is not None else None
    if above is not None:
        raise Refused("ticket.in-a-circle", ref=ticket.ref, other=parent.ref)
    await tickets.change(session, actor, ticket, "ticket.put-under", now, parent_id=parent.id)
    await cards.refresh(session, "ticket", parent.id, now)
    return ticket


async def subtickets(session: AsyncSession, ticket_id: int, limit: int = 20) -> Sequence[Ticket]:
    found = await session.scalars(select(Ticket).where(Ticket.parent_id == ticket_id).order_by(Ticket.id).limit(limit))
    return found.all()


async def block(session: AsyncSession, actor: Actor, ticket_id: int, blocker_id: int, now: datetime) -> Ticket:
    """It waits for the other; told when that one is resolved."""
    rights.require(actor, "ticket.link")
    blocker, ticket = await both(session, blocker_id, ticket_id)
    blocker.refuse_when_done()
    known = await session.scalars(select(TicketBlocker.blocker_id).where(TicketBlocker.ticket_id == ticket.id))
    if blocker.id in known.all():
        raise Refused("ticket.already-blocked", ref=ticket.ref, other=blocker.ref)
    if await session.get(TicketBlocker, (blocker.id, ticket.id)) is not None:
        raise Refused("ticket.in-a-circle", ref=ticket.ref, other=blocker.ref)
    await session.execute(insert(TicketBlocker).values(ticket_id=ticket.id, blocker_id=blocker.id))
    await tickets.change(session, actor, ticket, "ticket.blocked", now, {"blocker": blocker.id})
    return ticket


async def unblock(session: AsyncSession, actor: Actor, ticket_id: int, blocker_id: int, now: datetime) -> Ticket:
    rights.require(actor, "ticket.link")
    blocker, ticket = await both(session, blocker_id, ticket_id)
    known = await session.get(TicketBlocker, (ticket.id, blocker.id))
    if known is None:
        raise Refused("ticket.not-blocked", ref=ticket.ref, other=blocker.ref)
    await session.delete(known)
    await tickets.change(session, actor, ticket, "ticket.unblocked", now, {"blocker": blocker.id})
    return ticket


async def blockers(session: AsyncSession, ticket_id: int) -> Sequence[Ticket]:
    """What it waits for still."""
    found = await session.scalars(
        select(Ticket)
        .join(TicketBlocker, TicketBlocker.blocker_id == Ticket.id)
        .where(TicketBlocker.ticket_id == ticket_id, Ticket.status.not_in(DONE))
        .order_by(Ticket.id)
    )
    return found.all()


async def blocked_by(session: AsyncSession, blocker_id: int) -> Sequence[Ticket]:
    """What waited for it and is not done."""
    found = await session.scalars(
        select(Ticket)
        .join(TicketBlocker, TicketBlocker.ticket_id == Ticket.id)
        .where(TicketBlocker.blocker_id == blocker_id, Ticket.status.not_in(DONE))
        .order_by(Ticket.id)
    )
    return found.all()


async def tell_blocked(session: AsyncSession, actor: Actor, blocker: Ticket, now: datetime) -> None:
    """Their cards change wherever they are, and who has the card of one in their own chat sees it there."""
    for ticket in await blocked_by(session, blocker.id):
        await cards.refresh(session, "ticket", ticket.id, now)


async def blocked_again(session: AsyncSession, record: Record, parts: dict[str, Any], now: datetime) -> None:
    row = {"ticket_id": record.id, "blocker_id": parts["blocker"]}
    await session.execute(insert_ignoring(session, TicketBlocker.__table__), row)


async def unblocked_again(session: AsyncSession, record: Record, parts: dict[str, Any], now: datetime) -> None:
    await session.execute(
        delete(TicketBlocker).where(TicketBlocker.ticket_id == record.id, TicketBlocker.blocker_id == parts["blocker"])
    )


async def remove_links(session: AsyncSession, ticket_id: int) -> None:
    await session.execute(
        delete(TicketBlocker).where(or_(TicketBlocker.ticket_id == ticket_id, TicketBlocker.blocker_id == ticket_id))
    )


async def both(session: AsyncSession, one: int, other: int) -> tuple[Ticket, Ticket]:
    """Locked in one order, whoever asks."""
    if one == other:
        raise Refused("ticket.itself", ref=f"T-{one}")
    held = {id: await tickets.locked(session, id) for id in sorted((one, other))}
    return held[one], held[other]
