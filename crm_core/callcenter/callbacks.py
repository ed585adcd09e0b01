"""Callback requests: a caller who wants to be rung back. Each is a ticket as well, so that nobody forgets it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity
from crm_core.agents import Actor
from crm_core.callcenter.calls import Call
from crm_core.db import Base, BigId


class CallbackRequest(Base):
    __tablename__ = "callback_request"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    number: Mapped[str]
    created_at: Mapped[datetime]


async def requested(session: AsyncSession, call_id: int) -> CallbackRequest | None:
    return await session.scalar(select(CallbackRequest).where(CallbackRequest.call_id == call_id))


async def request_callback(
    session: AsyncSession, actor: Actor, call: Call, number: str, ticket_id: int, now: datetime
) -> CallbackRequest:
    """One a call, however often it is asked for."""
    known = await requested(session, call.id)
    if known is not None:
        return known
    wish = CallbackRequest(call_id=call.id, ticket_id=ticket_id, number=number, created_at=now)
    session.add(wish)
    await session.flush()
    await activity.record(session, actor, "callback.requested", "call", call.id, now)
    return wish
