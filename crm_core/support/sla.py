"""What was promised for a ticket: by when it gets a first response, by when it is resolved."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, outbox, rights
from crm_core.agents import SYSTEM, Actor
from crm_core.company import SlaPolicy, company_of
from crm_core.contacts import contacts
from crm_core.contacts.contacts import Contact, Kind
from crm_core.db import Base
from crm_core.outbox import EffectKind
from crm_core.support.calendar import Calendar, calendar_of
from crm_core.support.tickets import Ticket

TIMER = "ticket.sla-due"
WAITING = {"waiting"}
DONE = {"resolved", "closed"}
NEAR_AT_MOST = 15


class Clock(enum.StrEnum):
    FIRST_RESPONSE = "first-response"
    RESOLUTION = "resolution"


class TicketSla(Base):
    """One clock of one ticket. It stands still since `stopped_since`; what stood still before is `paused_seconds` of
    business time, by which it is due later."""

    __tablename__ = "ticket_sla"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    clock: Mapped[str] = mapped_column(primary_key=True)
    policy: Mapped[str]
    warn_at: Mapped[datetime]
    due_at: Mapped[datetime]
    stopped_since: Mapped[datetime | None]
    stopped_by: Mapped[str | None]
    paused_seconds: Mapped[int] = mapped_column(default=0)
    warned_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("clock IN ('first-response', 'resolution')", name="clock"),
        CheckConstraint("stopped_by IN ('reply', 'claim', 'status')", name="stopped_by"),
        Index(
            "ix_ticket_sla_running",
            "warn_at",
            sqlite_where=text("stopped_since IS NULL"),
            postgresql_where=text("stopped_since IS NULL"),
        ),
    )

    @property
    def is_running(self) -> bool:
        return self.stopped_since is None

    def reschedule(self, calendar: Calendar, opened: datetime, target: timedelta, percent: int, now: datetime) -> bool:
        """From the opening on. True when it is due at another moment than before."""
        before = self.due_at
        paused = timedelta(seconds=self.paused_seconds)
        self.warn_at = calendar.after(opened, target * percent / 100 + paused)
        self.due_at = calendar.after(opened, target + paused)
        if self.warn_at > now:
            self.warned_at = None
        if self.due_at > now:
            self.breached_at = None
        return self.due_at != before

    def stop(self, reason: str, now: datetime) -> None:
        self.stopped_since, self.stopped_by = now, reason

    def go_on(self, calendar: Calendar, now: datetime) -> None:
        assert self.stopped_since is not None
        self.paused_seconds += round(calendar.between(self.stopped_since, now).total_seconds())
        self.stopped_since = self.stopped_by = None


async def settle(session: AsyncSession, ticket: Ticket, now: datetime, *, is_undo: bool = False) -> None:
    """Bring the ticket's clocks into line with what it is now. Only undo makes a first response not have been."""
    company = company_of(session)
    if not company.sla.policies:
        return
    policy = company.sla.policy_for(await _organisation(session, ticket), getattr(ticket, "queue", None))
    known = {clock.clock: clock for clock in await _locked(session, ticket.id)}
    for name in Clock:
        target = _target(policy, name, ticket.priority)
        if policy is None or target is None:
            if name in known:
                await session.delete(known[name])
            continue
        is_new = name not in known
        clock = known.get(name) or _new_clock(session, ticket, name, policy, now)
        calendar = calendar_of(company, policy.branch)
        clock.policy = policy.name
        was_running = not is_new and clock.is_running
        if was_running:
            await _judge(session, clock, now)
        _start_or_stop(clock, _reason_to_stop(clock, ticket, company.sla.answered_by), calendar, now, is_undo)
        moved = clock.reschedule(calendar, ticket.created_at, target, company.sla.warn_at_percent, now)
        if clock.is_running:
            await _judge(session, clock, now)
            if moved or not was_running:
                await _wind_up(session, clock, now)
    await session.flush()
    await _note_next(session, ticket)


async def responded(session: AsyncSession, ticket_id: int, now: datetime) -> None:
    """A public reply reached the customer; only the first one counts."""
    for clock in await _locked(session, ticket_id):
        if clock.clock == Clock.FIRST_RESPONSE and clock.is_running:
            await _judge(session, clock, now)
            clock.stop("reply", now)
    await session.flush()
    ticket = await session.get(Ticket, ticket_id)
    if ticket is not None:
        await _note_next(session, ticket)


async def _note_next(session: AsyncSession, ticket: Ticket) -> None:
    """What falls due first decides who comes next."""
    running = [clock.due_at for clock in await _locked(session, ticket.id) if clock.is_running]
    ticket.next_due_at = min(running, default=None)
    await session.flush()


async def on_change(session: AsyncSession, ticket_id: int, now: datetime) -> None:
    await settle(session, await session.get_one(Ticket, ticket_id), now)


async def on_undo(session: AsyncSession, ticket_id: int, now: datetime) -> None:
    ticket = await session.get(Ticket, ticket_id)
    if ticket is not None:
        await settle(session, ticket, now, is_undo=True)


async def on_due(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """Does nothing when the moment moved since the timer was set, or when the clock stands still."""
    ticket = await session.scalar(select(Ticket).where(Ticket.id == payload["ticket"]).with_for_update())
    if ticket is None:
        return
    at = datetime.fromisoformat(payload["at"])
    for clock in await _locked(session, ticket.id):
        if clock.clock == payload["clock"] and clock.is_running and at in {clock.warn_at, clock.due_at}:
            await _judge(session, clock, now)
    await session.flush()


async def clocks_of(session: AsyncSession, ticket_id: int) -> Sequence[TicketSla]:
    """The first response before the resolution."""
    found = await session.scalars(select(TicketSla).where(TicketSla.ticket_id == ticket_id).order_by(TicketSla.clock))
    return found.all()


async def promised(session: AsyncSession, actor: Actor, ticket_id: int) -> Sequence[TicketSla]:
    """The first response before the resolution; none where nothing was promised."""
    rights.require(actor, "ticket.read")
    return await clocks_of(session, ticket_id)


async def near_breach(
    session: AsyncSession, actor: Actor, now: datetime, limit: int = NEAR_AT_MOST
) -> Sequence[tuple[Ticket, TicketSla]]:
    """Running clocks that passed the warning, the most overdue first."""
    rights.require(actor, "ticket.read")
    found = await session.execute(
        select(Ticket, TicketSla)
        .join(TicketSla, TicketSla.ticket_id == Ticket.id)
        .where(TicketSla.stopped_since.is_(None), TicketSla.warn_at <= now)
        .order_by(TicketSla.due_at, TicketSla.ticket_id, TicketSla.clock)
        .limit(limit)
    )
    return [(ticket, clock) for ticket, clock in found]


async def remove_parts(session: AsyncSession, ticket_id: int) -> None:
    await session.execute(delete(TicketSla).where(TicketSla.ticket_id == ticket_id))


def _target(policy: SlaPolicy | None, name: Clock, priority: str) -> timedelta | None:
    if policy is None:
        return None
    targets = policy.first_response if name is Clock.FIRST_RESPONSE else policy.resolution
    return next((target for key, target in targets.items() if key == priority), None)


def _new_clock(session: AsyncSession, ticket: Ticket, name: Clock, policy: SlaPolicy, now: datetime) -> TicketSla:
    clock = TicketSla(ticket_id=ticket.id, clock=name, policy=policy.name, warn_at=now, due_at=now, paused_seconds=0)
    session.add(clock)
    return clock


def _reason_to_stop(clock: TicketSla, ticket: Ticket, answered_by: str) -> str | None:
    if clock.clock == Clock.RESOLUTION:
        return "status" if ticket.status in WAITING | DONE else None
    if clock.stopped_by == "reply":
        return "reply"
    if answered_by == "claim" and ticket.assignee_id is not None:
        return "claim"
    return "status" if ticket.status in DONE else None


def _start_or_stop(clock: TicketSla, reason: str | None, calendar: Calendar, now: datetime, is_undo: bool) -> None:
    if clock.is_running and reason is not None:
        clock.stop(reason, now)
    elif not clock.is_running and reason is None and (is_undo or clock.clock == Clock.RESOLUTION):
        clock.go_on(calendar, now)


async def _judge(session: AsyncSession, clock: TicketSla, now: datetime) -> None:
    """Say once that it is nearly due, and once that it is overdue."""
    data = {"clock": clock.clock}
    if clock.breached_at is None and clock.due_at <= now:
        clock.breached_at = clock.due_at
        await activity.record(session, SYSTEM, "ticket.sla-breached", "ticket", clock.ticket_id, now, data)
    elif clock.warned_at is None and clock.breached_at is None and clock.warn_at <= now:
        clock.warned_at = clock.warn_at
        await activity.record(session, SYSTEM, "ticket.sla-warned", "ticket", clock.ticket_id, now, data)
    else:
        return
    await cards.refresh(session, "ticket", clock.ticket_id, now)


async def _wind_up(session: AsyncSession, clock: TicketSla, now: datetime) -> None:
    for at in (clock.warn_at, clock.due_at):
        if at > now:
            payload = {"verb": TIMER, "ticket": clock.ticket_id, "clock": clock.clock, "at": at.isoformat()}
            key = f"sla:{clock.ticket_id}:{clock.clock}:{at.isoformat()}"
            await outbox.enqueue(session, EffectKind.TIMER, f"timer:{key}", payload, now, due_at=at, dedupe_key=key)


async def _locked(session: AsyncSession, ticket_id: int) -> Sequence[TicketSla]:
    found = await session.scalars(
        select(TicketSla)
        .where(TicketSla.ticket_id == ticket_id)
        .order_by(TicketSla.clock)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()


async def _organisation(session: AsyncSession, ticket: Ticket) -> str | None:
    if ticket.contact_id is None or all(p.organisation is None for p in company_of(session).sla.policies):
        return None
    contact = await session.get(Contact, ticket.contact_id)
    if contact is None or contact.kind == Kind.COMPANY:
        return contact.name if contact is not None else None
    return await contacts.organisation_name(session, contact)
