"""Tickets: what a customer wants, and who looks after it."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias, cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import absences, activity, cards, fields, followers, references, rights
from crm_core.activity import Json
from crm_core.agents import Actor, Agent
from crm_core.company import company_of
from crm_core.db import Base, BigId, Record
from crm_core.errors import Invalid, NotFound, Refused
from crm_core.references import Removal
from crm_core.support import tokens

LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000


class Status(enum.StrEnum):
    """`WAITING`: for the customer. `CLOSED`: put away for good, resolved or not."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    ON_HOLD = "on-hold"
    RESOLVED = "resolved"
    CLOSED = "closed"


DONE = frozenset({Status.RESOLVED, Status.CLOSED})


class Priority(enum.StrEnum):
    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


# Written out, not bound: so that both databases see that the partial indexes serve.
ACTIVE = "status NOT IN ('resolved', 'closed') AND snoozed_until IS NULL"
FREE = "assignee_id IS NULL AND status IN ('new', 'open') AND snoozed_until IS NULL"
NOT_SNOOZED = "snoozed_until IS NULL"


def _partial(name: str, condition: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


class Ticket(Record):
    """`next_due_at`: when the next promise to the customer falls due; it sorts among tickets of one priority."""

    __tablename__ = "ticket"

    subject: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    status: Mapped[str]
    priority: Mapped[str]
    channel: Mapped[str]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(BigId, index=True)
    queue: Mapped[str | None]
    next_due_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    custom: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")
    __table_args__ = (
        CheckConstraint("status IN ('new', 'open', 'waiting', 'on-hold', 'resolved', 'closed')", name="status"),
        CheckConstraint("priority IN ('urgent', 'high', 'normal', 'low')", name="priority"),
        _partial("ix_ticket_active", ACTIVE, "id"),
        _partial("ix_ticket_active_queue", ACTIVE, "queue", "id"),
        _partial("ix_ticket_active_assignee", ACTIVE, "assignee_id", "id"),
        _partial("ix_ticket_status", NOT_SNOOZED, "status", "id"),
        _partial("ix_ticket_free", FREE, "priority", "next_due_at", "id"),
        {"sqlite_autoincrement": True},
    )

    def refuse_when_claimed_by_another(self, actor: Actor, owner: str | None) -> None:
        self.refuse_when_done()
        if self.assignee_id == actor.agent_id:
            raise Refused("ticket.already-yours", ref=self.ref)
        if self.assignee_id is not None:
            raise Refused("ticket.claimed-by", ref=self.ref, name=owner or "?")

    @property
    def is_done(self) -> bool:
        return self.status in DONE

    def refuse_when_done(self) -> None:
        if self.is_done:
            raise Refused(f"ticket.already-{self.status}", ref=self.ref)

    @property
    def ref(self) -> str:
        return references.ref("ticket", self.id)


class TicketComment(Base):
    """What was said on a ticket. Unless it is public it is for the team and never reaches the customer."""

    __tablename__ = "ticket_comment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    author: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    is_public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


Ending: TypeAlias = Callable[[AsyncSession, Actor, Ticket, datetime], Awaitable[None]]
ENDINGS: list[Ending] = []
"""What follows when a ticket is resolved or closed."""


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
    queue: str | None = None,
) -> Ticket:
    """A long subject is cut for the title and kept whole in the description. Raises Invalid when it is empty."""
    rights.require(actor, "ticket.open")
    if len(subject) + len(description) > LONGEST_BODY:
        raise Invalid("text.too-long", limit=LONGEST_BODY)
    title, whole = titled(subject)
    ticket = Ticket(
        subject=title,
        description=description or whole,
        status=Status.NEW,
        priority=priority,
        channel=actor.channel,
        contact_id=contact_id,
        call_id=call_id,
        queue=queue,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(ticket)
    await session.flush()
    await tokens.add(session, ticket.id, [ticket.subject, ticket.description])
    await activity.created(session, actor, ticket, "ticket.opened", now)
    await followers.tell(session, "ticket", ticket.id, now)
    await cards.refresh(session, "ticket", ticket.id, now)
    return ticket


def titled(text: str) -> tuple[str, str]:
    """The title, and the whole where that is longer. Raises Invalid when there is none."""
    clean = " ".join(text.split())
    if not clean:
        raise Invalid("ticket.subject-missing")
    if len(clean) <= LONGEST_SUBJECT:
        return clean, ""
    return clean[: LONGEST_SUBJECT - 1] + "…", clean


async def claim(session: AsyncSession, actor: Actor, ticket_id: int, now: datetime) -> Ticket:
    """One wins; every other claimer gets Refused with the winner's name."""
    rights.require(actor, "ticket.claim")
    ticket = await locked(session, ticket_id)
    ticket.refuse_when_claimed_by_another(actor, await assignee_name(session, ticket))
    await change(session, actor, ticket, "ticket.claimed", now, assignee_id=actor.agent_id, status=Status.OPEN)
    return ticket


async def assign(session: AsyncSession, actor: Actor, ticket_id: int, agent: Agent, now: datetime) -> Ticket:
    """To whoever stands in, while the agent is absent."""
    rights.require(actor, "ticket.assign")
    ticket = await locked(session, ticket_id)
    agent = await absences.present(session, agent, now)
    if ticket.assignee_id == agent.id:
        raise Refused("ticket.already-with", ref=ticket.ref, name=agent.name)
    status = Status.OPEN if ticket.status == Status.NEW else ticket.status
    await change(session, actor, ticket, "ticket.assigned", now, assignee_id=agent.id, status=status)
    return ticket


async def resolve(session: AsyncSession, actor: Actor, ticket_id: int, now: datetime) -> Ticket:
    rights.require(actor, "ticket.resolve")
    ticket = await locked(session, ticket_id)
    ticket.refuse_when_done()
    refuse_when_incomplete(session, ticket)
    await change(session, actor, ticket, "ticket.resolved", now, status=Status.RESOLVED, snoozed_until=None)
    await ended(session, actor, ticket, now)
    return ticket


async def comment(session: AsyncSession, actor: Actor, ticket_id: int, body: str, now: datetime) -> Ticket:
    rights.require(actor, "ticket.comment")
    ticket = await locked(session, ticket_id)
    await say_on(session, actor, ticket, body, now)
    ticket.version += 1
    ticket.updated_at = now
    await session.flush()
    await activity.record(session, actor, "ticket.commented", "ticket", ticket.id, now)
    await cards.refresh(session, "ticket", ticket.id, now)
    return ticket


async def say_on(
    session: AsyncSession, actor: Actor, ticket: Ticket, body: str, now: datetime, *, is_public: bool = False
) -> TicketComment:
    """Part of a verb: neither recorded nor shown anywhere by itself. Raises Invalid for an empty or endless text."""
    if not body.strip():
        raise Invalid("ticket.comment-missing")
    if len(body) > LONGEST_BODY:
        raise Invalid("text.too-long", limit=LONGEST_BODY)
    said = TicketComment(ticket_id=ticket.id, author=actor.name, body=body.strip(), is_public=is_public, created_at=now)
    session.add(said)
    await session.flush()
    await tokens.add(session, ticket.id, [said.body])
    return said


async def read_ticket(session: AsyncSession, actor: Actor, ticket_id: int) -> Ticket:
    """A customer reads only their own; of another's not even the existence is told. Raises NotFound."""
    is_customer = actor.role is None
    rights.require(actor, "ticket.read-own" if is_customer else "ticket.read")
    ticket = cast("Ticket", await references.read(session, "ticket", ticket_id))
    if is_customer and (actor.contact_id is None or ticket.contact_id != actor.contact_id):
        raise NotFound("ticket.unknown", ref=ticket.ref)
    return ticket


async def own_tickets(session: AsyncSession, actor: Actor, limit: int = 9) -> Sequence[Ticket]:
    """A customer's unresolved tickets, newest first; nine fit the keys of a phone."""
    rights.require(actor, "ticket.read-own")
    return await tickets_of(session, actor.contact_id, limit) if actor.contact_id is not None else []


async def tickets_of(session: AsyncSession, contact_id: int, limit: int = 9) -> Sequence[Ticket]:
    """A contact's unresolved tickets, newest first. What may be shown of them is the caller's business."""
    found = await session.scalars(
        select(Ticket)
        .where(Ticket.contact_id == contact_id, Ticket.status.not_in(DONE))
        .order_by(Ticket.id.desc())
        .limit(limit)
    )
    return found.all()


async def is_of(session: AsyncSession, ticket_id: int, contact_id: int | None) -> bool:
    """Whether a contact has this ticket."""
    theirs = select(Ticket.id).where(Ticket.id == ticket_id, Ticket.contact_id == contact_id)
    return contact_id is not None and await session.scalar(theirs) is not None


async def belong_to(session: AsyncSession, actor: Actor, call_id: int, contact_id: int, now: datetime) -> None:
    """The tickets of a call that are nobody's are this contact's: it turned out who was calling."""
    nobodys = await session.scalars(select(Ticket).where(Ticket.call_id == call_id, Ticket.contact_id.is_(None)))
    for ticket in nobodys.all():
        await change(session, actor, ticket, "ticket.assigned-to-contact", now, contact_id=contact_id)


async def comments(
    session: AsyncSession, ticket_id: int, limit: int = 10, *, only_public: bool = False
) -> Sequence[TicketComment]:
    """Newest first."""
    query = select(TicketComment).where(TicketComment.ticket_id == ticket_id)
    if only_public:
        query = query.where(TicketComment.is_public)
    return (await session.scalars(query.order_by(TicketComment.id.desc()).limit(limit))).all()


async def assignee_name(session: AsyncSession, ticket: Ticket) -> str | None:
    if ticket.assignee_id is None:
        return None
    return await session.scalar(select(Agent.name).where(Agent.id == ticket.assignee_id))


REMOVALS: list[Removal] = []
"""What lies beside a ticket and goes with it."""


async def remove_parts(session: AsyncSession, ticket_id: int) -> None:
    await session.execute(delete(TicketComment).where(TicketComment.ticket_id == ticket_id))
    await tokens.remove(session, ticket_id)
    for remove in REMOVALS:
        await remove(session, ticket_id)


async def locked(session: AsyncSession, ticket_id: int) -> Ticket:
    return cast("Ticket", await references.lock(session, "ticket", ticket_id))


def refuse_when_incomplete(session: AsyncSession, ticket: Ticket) -> None:
    """No colleague ends it without the custom fields that offhook.yml requires."""
    fields.refuse_when_missing(company_of(session).ticket_fields, "ticket", ticket.ref, ticket.custom)


async def ended(session: AsyncSession, actor: Actor, ticket: Ticket, now: datetime) -> None:
    for ending in ENDINGS:
        await ending(session, actor, ticket, now)


async def change(
    session: AsyncSession,
    actor: Actor,
    ticket: Ticket,
    verb: str,
    now: datetime,
    parts: dict[str, Any] | None = None,
    /,
    **after: object,
) -> None:
    """As activity.change, and the card follows."""
    await activity.change(session, actor, ticket, verb, now, parts, **after)
    await followers.tell(session, "ticket", ticket.id, now)
    await cards.refresh(session, "ticket", ticket.id, now)
