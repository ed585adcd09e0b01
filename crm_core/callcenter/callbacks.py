"""Callback requests: a caller who wants to be rung back. Each is a ticket as well, so that nobody forgets it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity
from crm_core.agents import Actor
from crm_core.callcenter import outgoing, queues, routing
from crm_core.callcenter.calls import Call
from crm_core.callcenter.states import CallState
from crm_core.db import Base, BigId


class CallbackRequest(Base):
    """`call_id` is the call in which it was wished for, `outbound_id` the one that fulfils it."""

    __tablename__ = "callback_request"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    outbound_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), unique=True)
    number: Mapped[str]
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
    *,
    queue: str | None = None,
    not_before: datetime | None = None,
) -> CallbackRequest:
    """One a call, however often it is asked for. Who waited in a queue keeps the place; `queue` is for who did not."""
    known = await requested(session, call.id)
    if known is not None:
        return known
    entry = await queues.lock_entry(session, call.id)
    queue = entry.queue if entry is not None else queue
    wish = CallbackRequest(call_id=call.id, ticket_id=ticket_id, number=number, created_at=now)
    session.add(wish)
    if queue is not None:
        outbound = await outgoing.begin(
            session,
            actor,
            number,
            now,
            contact_id=call.contact_id,
            language=call.language or call.ivr.get("language"),
            state=CallState.QUEUED,
            queue=queue,
        )
        wish.outbound_id = outbound.id
        rank_at = entry.rank_at if entry is not None else now
        await outgoing.wait_in_line(session, outbound, queue, now, rank_at=rank_at, not_before=not_before)
        if not_before is not None:
            await routing.tick_at(session, queue, not_before, now)
    await session.flush()
    await activity.record(session, actor, "callback.requested", "call", call.id, now)
    return wish
