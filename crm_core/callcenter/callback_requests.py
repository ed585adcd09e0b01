"""Wishes to be called back: each is a ticket as well, so that nobody forgets it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.db import Base, BigId

MOST_AT_ONCE = 3


class CallbackRequest(Base):
    """`call_id` is the call in which it was wished for, `outbound_id` the one that fulfils it.

    `due_at`: when they want to be called; None: as soon as an agent is free.
    """

    __tablename__ = "callback_request"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    outbound_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), unique=True)
    number: Mapped[str]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime]


async def requested(session: AsyncSession, call_id: int) -> CallbackRequest | None:
    return await session.scalar(select(CallbackRequest).where(CallbackRequest.call_id == call_id))


async def of_ticket(session: AsyncSession, ticket_id: int) -> CallbackRequest | None:
    """The newest wish that a ticket stands for."""
    return await session.scalar(
        select(CallbackRequest)
        .where(CallbackRequest.ticket_id == ticket_id)
        .order_by(CallbackRequest.id.desc())
        .limit(1)
        .with_for_update(key_share=True)
    )


async def full_times(session: AsyncSession, now: datetime) -> set[datetime]:
    """Times to come at which enough callers are called back already."""
    found = await session.scalars(
        select(CallbackRequest.due_at)
        .where(CallbackRequest.due_at > now)
        .group_by(CallbackRequest.due_at)
        .having(func.count() >= MOST_AT_ONCE)
    )
    return {due_at for due_at in found if due_at is not None}
