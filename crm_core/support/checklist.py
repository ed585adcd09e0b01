"""A ticket's checklist: what there is to do on it, one step after the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import rights
from crm_core.agents import Actor
from crm_core.db import Base, BigId, Record
from crm_core.errors import Invalid, NotFound, Refused
from crm_core.support import tickets
from crm_core.support.tickets import Ticket

MOST_STEPS = 50
LONGEST_STEP = 200


class TicketStep(Base):
    __tablename__ = "ticket_step"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    done_at: Mapped[datetime | None]


async def add_step(session: AsyncSession, actor: Actor, ticket_id: int, title: str, now: datetime) -> Ticket:
    rights.require(actor, "ticket.check")
    if not title.strip() or len(title) > LONGEST_STEP:
        raise Invalid("text.too-long", limit=LONGEST_STEP)
    ticket = await tickets.locked(session, ticket_id)
    if len(await steps(session, ticket_id)) >= MOST_STEPS:
        raise Refused("ticket.steps-full", ref=ticket.ref, limit=MOST_STEPS)
    step = TicketStep(ticket_id=ticket.id, title=title.strip())
    session.add(step)
    await session.flush()
    await tickets.change(session, actor, ticket, "ticket.step-added", now, {"step": step.id})
    return ticket


async def check(session: AsyncSession, actor: Actor, ticket_id: int, number: int, now: datetime) -> Ticket:
    """`number`: as the card counts them, from 1. Raises NotFound."""
    rights.require(actor, "ticket.check")
    ticket = await tickets.locked(session, ticket_id)
    known = await steps(session, ticket_id)
    if not 1 <= number <= len(known):
        raise NotFound("ticket.step-unknown", ref=ticket.ref, number=number)
    step = known[number - 1]
    if step.done_at is not None:
        raise Refused("ticket.step-done", ref=ticket.ref, number=number)
    step.done_at = now
    await tickets.change(session, actor, ticket, "ticket.step-checked", now, {"step": step.id})
    return ticket


async def steps(session: AsyncSession, ticket_id: int) -> Sequence[TicketStep]:
    found = await session.scalars(select(TicketStep).where(TicketStep.ticket_id == ticket_id).order_by(TicketStep.id))
    return found.all()


async def step_removed_again(session: AsyncSession, record: Record, parts: dict[str, Any], now: datetime) -> None:
    await session.execute(delete(TicketStep).where(TicketStep.id == parts["step"]))


async def step_unchecked_again(session: AsyncSession, record: Record, parts: dict[str, Any], now: datetime) -> None:
    step = await session.get(TicketStep, parts["step"])
    if step is not None:
        step.done_at = None


async def remove_steps(session: AsyncSession, ticket_id: int) -> None:
    await session.execute(delete(TicketStep).where(TicketStep.ticket_id == ticket_id))
