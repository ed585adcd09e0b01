"""Two tickets about one thing become one, and one about two things becomes two."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, rights
from crm_core.agents import Actor
from crm_core.db import Base, Record
from crm_core.errors import NotFound, Refused
from crm_core.support import links, search, tickets
from crm_core.support.checklist import TicketStep
from crm_core.support.links import TicketBlocker
from crm_core.support.tags import TicketTag
from crm_core.support.ticket_calls import TicketCall
from crm_core.support.tickets import LONGEST_SUBJECT, Priority, Status, Ticket, TicketComment
from crm_core.support.watchers import TicketWatcher

# What goes over to the other ticket, and what both have afterwards: table and the column beside ticket_id.
_MOVED: dict[str, type[TicketComment] | type[TicketStep]] = {"comments": TicketComment, "steps": TicketStep}
_SHARED = {"tags": (TicketTag, "tag"), "watchers": (TicketWatcher, "agent_id"), "calls": (TicketCall, "call_id")}


async def merge(session: AsyncSession, actor: Actor, ticket_id: int, into_id: int, now: datetime) -> Ticket:
    """The other one, which goes on; this one is closed and keeps its history. One step for undo.

    Raises Refused when they are about two customers: what one wrote is none of the other's business.
    """
    rights.require(actor, "ticket.merge")
    ticket, into = await links.both(session, ticket_id, into_id)
    for one in (ticket, into):
        if one.merged_into_id is not None:
            raise Refused("ticket.is-merged", ref=one.ref, into=f"T-{one.merged_into_id}")
    if None not in {ticket.contact_id, into.contact_id} and ticket.contact_id != into.contact_id:
        raise Refused("ticket.of-another", ref=ticket.ref, other=into.ref)
    with activity.together(session):
        parts = await _hand_over(session, ticket, into)
        contact_id = into.contact_id if into.contact_id is not None else ticket.contact_id
        taken = {"contact_id": contact_id, "custom": {**ticket.custom, **into.custom}}
        await tickets.change(session, actor, into, "ticket.absorbed", now, parts, **taken)
        gone = {"status": Status.CLOSED, "merged_into_id": into.id, "snoozed_until": None}
        await tickets.change(session, actor, ticket, "ticket.merged", now, **gone)
    for one in (ticket, into):
        await search.index(session, one.id)
    return into


async def split(
    session: AsyncSession, actor: Actor, ticket_id: int, now: datetime, number: int | None = None
) -> Ticket:
    """The new ticket, made of a comment: the `number`th from 1, else the last. One step for undo. Raises NotFound."""
    rights.require(actor, "ticket.split")
    ticket = await tickets.locked(session, ticket_id)
    said = (
        await session.scalars(
            select(TicketComment).where(TicketComment.ticket_id == ticket_id).order_by(TicketComment.id)
        )
    ).all()
    if not said or not 1 <= (number or len(said)) <= len(said):
        raise NotFound("ticket.comment-unknown", ref=ticket.ref, count=len(said))
    comment = said[(number or len(said)) - 1]
    line = " ".join(comment.body.split())
    with activity.together(session):
        new = Ticket(
            subject=line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…",
            description="",
            status=Status.NEW,
            priority=Priority(ticket.priority),
            channel=ticket.channel,
            contact_id=ticket.contact_id,
            call_id=ticket.call_id,
            queue=ticket.queue,
            custom=ticket.custom,
            version=1,
            created_at=now,
            updated_at=now,
        )
        session.add(new)
        await session.flush()
        await activity.created(session, actor, new, "ticket.split-off", now)
        comment.ticket_id = new.id
        await tickets.change(session, actor, ticket, "ticket.split", now, {"comment": comment.id, "into": new.id})
    for one in (ticket, new):
        await search.index(session, one.id)
    return new


async def given_back(session: AsyncSession, record: Record, parts: dict[str, Any], now: datetime) -> None:
    """Undoes what was handed over, and nothing that was added since."""
    for name, model in _MOVED.items():
        await session.execute(update(model).where(model.id.in_(parts[name])).values(ticket_id=parts["from"]))
    for name, (shared, column) in _SHARED.items():
        table = _table(shared)
        given = table.c[column].in_(parts.get(name, []))
        await session.execute(delete(table).where(table.c.ticket_id == record.id, given))
    blocks = _table(TicketBlocker)
    moved = blocks.c.ticket_id.in_(parts["blocks"])
    await session.execute(
        update(blocks).where(blocks.c.blocker_id == record.id, moved).values(blocker_id=parts["from"])
    )
    await search.index(session, parts["from"])


async def unsplit(session: AsyncSession, record: Record, parts: dict[str, Any], now: datetime) -> None:
    await session.execute(update(TicketComment).where(TicketComment.id == parts["comment"]).values(ticket_id=record.id))


async def _hand_over(session: AsyncSession, ticket: Ticket, into: Ticket) -> dict[str, Any]:
    """What went where, for undo."""
    parts: dict[str, Any] = {"from": ticket.id}
    for name, model in _MOVED.items():
        moved = update(model).where(model.ticket_id == ticket.id).values(ticket_id=into.id).returning(model.id)
        parts[name] = list(await session.scalars(moved.execution_options(synchronize_session=False)))
    for name, (shared, column) in _SHARED.items():
        known, own = await _values(session, into, shared, column), await _values(session, ticket, shared, column)
        parts[name] = [value for value in dict.fromkeys(own) if value not in known]
        if parts[name]:
            rows = [{"ticket_id": into.id, column: value} for value in parts[name]]
            await session.execute(insert(_table(shared)), rows)
    parts["blocks"] = await _block_instead(session, ticket, into)
    return parts


async def _values(session: AsyncSession, ticket: Ticket, shared: type[Base], column: str) -> list[Any]:
    """The call in which it was opened is one of its calls."""
    table = _table(shared)
    found = list(await session.scalars(select(table.c[column]).where(table.c.ticket_id == ticket.id)))
    return [*found, ticket.call_id] if shared is TicketCall and ticket.call_id is not None else found


async def _block_instead(session: AsyncSession, ticket: Ticket, into: Ticket) -> list[int]:
    """What waited for the one waits for the other."""
    blocks = _table(TicketBlocker)
    known = set(await session.scalars(select(blocks.c.ticket_id).where(blocks.c.blocker_id == into.id)))
    own = await session.scalars(select(blocks.c.ticket_id).where(blocks.c.blocker_id == ticket.id))
    moved = [blocked for blocked in own if blocked not in known and blocked != into.id]
    if moved:
        theirs = (blocks.c.blocker_id == ticket.id, blocks.c.ticket_id.in_(moved))
        await session.execute(update(blocks).where(*theirs).values(blocker_id=into.id))
    return moved


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]
