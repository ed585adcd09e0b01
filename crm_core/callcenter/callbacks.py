"""Callback requests: a caller who wants to be rung back. Each is a ticket as well, so that nobody forgets it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity
from crm_core.agents import Actor
from crm_core.callcenter.calls import Call
from crm_core.db import Base, BigId

MOST_AT_ONCE = 3


class CallbackRequest(Base):
    """`due_at`: when they want to be called; None: as soon as an agent is free."""

    __tablename__ = "callback_request"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    number: Mapped[str]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime]


async def requested(session: AsyncSession, call_id: int) -> CallbackRequest | None:
    return await session.scalar(select(CallbackRequest).where(CallbackRequest.call_id == call_id))


async def request_callback(
    session: AsyncSession,
    actor: Actor,
    call: Call,
    number: str,
    ticket_id: int,
    now: datetime,
    due_at: datetime | None = None,
) -> CallbackRequest:
    """One a call, however often it is asked for."""
    known = await requested(session, call.id)
    if known is not None:
        return known
    wish = CallbackRequest(call_id=call.id, ticket_id=ticket_id, number=number, due_at=due_at, created_at=now)
    session.add(wish)
    await session.flush()
    what = {"due": due_at.isoformat()} if due_at is not None else None
    await activity.record(session, actor, "callback.requested", "call", call.id, now, what)
    return wish


async def full_times(session: AsyncSession, now: datetime) -> set[datetime]:
    """Times to come at which enough callers are called back already."""
    found = await session.scalars(
        select(CallbackRequest.due_at)
        .where(CallbackRequest.due_at > now)
        .group_by(CallbackRequest.due_at)
        .having(func.count() >= MOST_AT_ONCE)
    )
    return {due_at for due_at in found if due_at is not None}
