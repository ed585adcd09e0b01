"""Tickets: what a customer wants, and who looks after it."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, case, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import absences, activity, cards, references, rights
from crm_core.agents import Actor, Agent
from crm_core.db import Base, BigId, Record
from crm_core.errors import Invalid, NotFound, Refused

LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000


class Status(enum.StrEnum):
    NEW = "new"
    OPEN = "open"
    RESOLVED = "resolved"


class Priority(enum.StrEnum):
    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Ticket(Record):
    __tablename__ = "ticket"

    subject: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    status: Mapped[str]
    priority: Mapped[str]
    channel: Mapped[str]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(BigId, index=True)
    __table_args__ = (
        CheckConstraint("status IN ('new', 'open', 'resolved')", name="status"),
        CheckConstraint("priority IN ('urgent', 'high', 'normal', 'low')", name="priority"),
        Index(
            "ix_ticket_unresolved",
            "id",
            sqlite_where=text("status <> 'resolved'"),
            postgresql_where=text("status <> 'resolved'"),
        ),
        {"sqlite_autoincrement": True},
    )

    def refuse_when_claimed_by_another(self, actor: Actor, owner: str | None) -> None:
        if self.status == Status.RESOLVED:
            raise Refused("ticket.already-resolved", ref=self.ref)
        if self.assignee_id == actor.agent_id:
            raise Refused("ticket.already-yours", ref=self.ref)
        if self.assignee_id is not None:
            raise Refused("ticket.claimed-by", ref=self.ref, name=owner or "?")

    @property
    def ref(self) -> str:
        return references.ref("ticket", self.id)


class TicketComment(Base):
    """An internal note: it never reaches the customer."""

    __tablename__ = "ticket_comment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    author: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


async def open_ticket(
    session: AsyncSession,
    actor: Actor,
    *,
    subject: str,
    now: datetime,
    description: str = "",
    contact_id: int | None = None,
    call_id: int | None = None,
    priority: Priority = Priority.NORMAL,
) -> Ticket:
    """A long subject is cut for the title and kept whole in the description. Raises Invalid when it is empty."""
    rights.require(actor, "ticket.open")
    clean = " ".join(subject.split())
    if not clean:
        raise Invalid("ticket.subject-missing")
    if len(subject) + len(description) > LONGEST_BODY:
        raise Invalid("text.too-long", limit=LONGEST_BODY)
    is_long = len(clean) > LONGEST_SUBJECT
    ticket = Ticket(
        subject=clean[: LONGEST_SUBJECT - 1] + "…" if is_long else clean,
        description=description or (clean if is_long else ""),
        status=Status.NEW,
        priority=priority,
        channel=actor.channel,
        contact_id=contact_id,
        call_id=call_id,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(ticket)
    await session.flush()
    await activity.created(session, actor, ticket, "ticket.opened", now)
    await cards.refresh(session, "ticket", ticket.id, now)
    return ticket


async def claim(session: AsyncSession, actor: Actor, ticket_id: int, now: datetime) -> Ticket:
    """One wins; every other claimer gets Refused with the winner's name."""
    rights.require(actor, "ticket.claim")
    ticket = await _locked(session, ticket_id)
    ticket.refuse_when_claimed_by_another(actor, await assignee_name(session, ticket))
    await _change(session, actor, ticket, "ticket.claimed", now, assignee_id=actor.agent_id, status=Status.OPEN)
    return ticket


async def assign(session: AsyncSession, actor: Actor, ticket_id: int, agent: Agent, now: datetime) -> Ticket:
    """To whoever stands in, while the agent is absent."""
    rights.require(actor, "ticket.assign")
    ticket = await _locked(session, ticket_id)
    agent = await absences.present(session, agent, now)
    if ticket.assignee_id == agent.id:
        raise Refused("ticket.already-with", ref=ticket.ref, name=agent.name)
    status = Status.OPEN if ticket.status == Status.NEW else ticket.status
    await _change(session, actor, ticket, "ticket.assigned", now, assignee_id=agent.id, status=status)
    return ticket


async def resolve(session: AsyncSession, actor: Actor, ticket_id: int, now: datetime) -> Ticket:
    rights.require(actor, "ticket.resolve")
    ticket = await _locked(session, ticket_id)
    if ticket.status == Status.RESOLVED:
        raise Refused("ticket.already-resolved", ref=ticket.ref)
    await _change(session, actor, ticket, "ticket.resolved", now, status=Status.RESOLVED)
    return ticket


async def comment(session: AsyncSession, actor: Actor, ticket_id: int, body: str, now: datetime) -> Ticket:
    rights.require(actor, "ticket.comment")
    if not body.strip():
        raise Invalid("ticket.comment-missing")
    if len(body) > LONGEST_BODY:
        raise Invalid("text.too-long", limit=LONGEST_BODY)
    ticket = await _locked(session, ticket_id)
    session.add(TicketComment(ticket_id=ticket.id, author=actor.name, body=body.strip(), created_at=now))
    ticket.version += 1
    ticket.updated_at = now
    await session.flush()
    await activity.record(session, actor, "ticket.commented", "ticket", ticket.id, now)
    await cards.refresh(session, "ticket", ticket.id, now)
    return ticket


async def claim_next(session: AsyncSession, actor: Actor, now: datetime) -> Ticket:
    """Claims the most urgent ticket nobody has, the oldest among equals. Raises NotFound when there is none."""
    rights.require(actor, "ticket.claim")
    urgency = case({priority: rank for rank, priority in enumerate(Priority)}, value=Ticket.priority)
    ticket = await session.scalar(
        select(Ticket)
        .where(Ticket.assignee_id.is_(None), Ticket.status != Status.RESOLVED)
        .order_by(urgency, Ticket.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if ticket is None:
        raise NotFound("ticket.none-waiting")
    await _change(session, actor, ticket, "ticket.claimed", now, assignee_id=actor.agent_id, status=Status.OPEN)
    return ticket


async def read_ticket(session: AsyncSession, actor: Actor, ticket_id: int) -> Ticket:
    """A customer reads only their own; of another's not even the existence is told. Raises NotFound."""
    is_customer = actor.role is None
    rights.require(actor, "ticket.read-own" if is_customer else "ticket.read")
    ticket = cast("Ticket", await references.read(session, "ticket", ticket_id))
    if is_customer and (actor.contact_id is None or ticket.contact_id != actor.contact_id):
        raise NotFound("ticket.unknown", ref=ticket.ref)
    return ticket


async def list_tickets(session: AsyncSession, actor: Actor, *, mine: bool = False, limit: int = 15) -> Sequence[Ticket]:
    """Unresolved ones, newest first."""
    rights.require(actor, "ticket.read")
    query = select(Ticket).where(Ticket.status != Status.RESOLVED).order_by(Ticket.id.desc()).limit(limit)
    if mine:
        query = query.where(Ticket.assignee_id == actor.agent_id)
    return (await session.scalars(query)).all()


async def own_tickets(session: AsyncSession, actor: Actor, limit: int = 9) -> Sequence[Ticket]:
    """A customer's unresolved tickets, newest first; nine fit the keys of a phone."""
    rights.require(actor, "ticket.read-own")
    return await tickets_of(session, actor.contact_id, limit) if actor.contact_id is not None else []


async def tickets_of(session: AsyncSession, contact_id: int, limit: int = 9) -> Sequence[Ticket]:
    """A contact's unresolved tickets, newest first. What may be shown of them is the caller's business."""
    found = await session.scalars(
        select(Ticket)
        .where(Ticket.contact_id == contact_id, Ticket.status != Status.RESOLVED)
        .order_by(Ticket.id.desc())
        .limit(limit)
    )
    return found.all()


async def comments(session: AsyncSession, ticket_id: int, limit: int = 10) -> Sequence[TicketComment]:
    """Newest first."""
    found = await session.scalars(
        select(TicketComment).where(TicketComment.ticket_id == ticket_id).order_by(TicketComment.id.desc()).limit(limit)
    )
    return found.all()


async def assignee_name(session: AsyncSession, ticket: Ticket) -> str | None:
    if ticket.assignee_id is None:
        return None
    return await session.scalar(select(Agent.name).where(Agent.id == ticket.assignee_id))


async def remove_parts(session: AsyncSession, ticket_id: int) -> None:
    await session.execute(delete(TicketComment).where(TicketComment.ticket_id == ticket_id))


async def _locked(session: AsyncSession, ticket_id: int) -> Ticket:
    return cast("Ticket", await references.lock(session, "ticket", ticket_id))


async def _change(
    session: AsyncSession, actor: Actor, ticket: Ticket, verb: str, now: datetime, **after: object
) -> None:
    await activity.change(session, actor, ticket, verb, now, **after)
    await cards.refresh(session, "ticket", ticket.id, now)
