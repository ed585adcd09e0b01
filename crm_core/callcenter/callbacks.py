"""A caller who wants to be rung back, and is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity
from crm_core.agents import Actor
from crm_core.callcenter import outgoing, queues, talks
from crm_core.callcenter.callback_requests import CallbackRequest, requested
from crm_core.callcenter.calls import Call
from crm_core.callcenter.states import CallState
from crm_core.contacts.contacts import Contact


async def ring_back(session: AsyncSession, actor: Actor, wish: CallbackRequest, now: datetime) -> Call:
    """By hand: the call that waits for it is taken, or one is made. Raises what outgoing.dial raises."""
    planned = await session.get(Call, wish.outbound_id) if wish.outbound_id is not None else None
    if planned is not None and planned.state == CallState.QUEUED:
        return await talks.accept(session, actor, planned.id, now)
    asked_in = await session.get_one(Call, wish.call_id)
    contact = await session.get(Contact, asked_in.contact_id) if asked_in.contact_id is not None else None
    call = await outgoing.dial(session, actor, wish.number, now, contact=contact)
    others = select(CallbackRequest.id).where(CallbackRequest.outbound_id == call.id)
    if await session.scalar(others) is None:
        wish.outbound_id = call.id
        await session.flush()
    return call


async def request_callback(
    session: AsyncSession,
    actor: Actor,
    call: Call,
    number: str,
    ticket_id: int,
    now: datetime,
    due_at: datetime | None = None,
    *,
    queue: str | None = None,
    contact_id: int | None = None,
) -> CallbackRequest:
    """One a call, however often it is asked for. Who waited in a queue keeps the place; `queue` is for who did not.

    `contact_id`: whose number it is, where that is not known of the call.
    """
    known = await requested(session, call.id)
    if known is not None:
        return known
    entry = await queues.lock_entry(session, call.id)
    queue = entry.queue if entry is not None else queue
    wish = CallbackRequest(call_id=call.id, ticket_id=ticket_id, number=number, due_at=due_at, created_at=now)
    session.add(wish)
    if queue is not None:
        outbound = await outgoing.begin(
            session,
            actor,
            number,
            now,
            contact_id=call.contact_id or contact_id,
            language=call.language or call.ivr.get("language"),
            state=CallState.QUEUED,
            queue=queue,
        )
        wish.outbound_id = outbound.id
        rank_at = entry.rank_at if entry is not None else now
        await outgoing.wait_in_line(session, outbound, queue, now, rank_at=rank_at, not_before=due_at)
    await session.flush()
    what = {"due": due_at.isoformat()} if due_at is not None else None
    await activity.record(session, actor, "callback.requested", "call", call.id, now, what)
    return wish
