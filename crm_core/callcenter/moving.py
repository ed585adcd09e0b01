"""A caller's place: a lead puts them first or into another queue, and a queue that is too slow hands them on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, rights
from crm_core.agents import Actor
from crm_core.callcenter import board, calls, offers, queues, routing
from crm_core.callcenter.calls import Call
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import LIVE_ENTRY, EntryState
from crm_core.company import company_of
from crm_core.errors import NotFound, Refused

A_MOMENT = timedelta(seconds=1)


async def to_front(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Call:
    """Before everybody who waits in the same queue. Raises Refused for who does not wait."""
    rights.require(actor, "call.move")
    call, entry = await _waiting(session, call_id)
    first = await session.scalar(
        select(func.min(QueueEntry.rank_at)).where(
            QueueEntry.queue == entry.queue, QueueEntry.state.in_(LIVE_ENTRY), QueueEntry.id != entry.id
        )
    )
    if first is not None and entry.rank_at >= first:
        entry.rank_at = first - A_MOMENT
    await session.flush()
    await activity.record(session, actor, "call.put-first", "call", call.id, now, {"queue": entry.queue})
    await _redrawn(session, call, now)
    await routing.match(session, entry.queue, now)
    return call


async def to_queue(session: AsyncSession, actor: Actor, call_id: int, queue: str, now: datetime) -> Call:
    """With the time they waited already. Raises NotFound for a queue that is none, Refused for who does not wait."""
    rights.require(actor, "call.move")
    if queue not in company_of(session).queues:
        raise NotFound("ticket.queue-unknown", text=queue[:40], names=", ".join(company_of(session).queues))
    call, entry = await _waiting(session, call_id)
    if entry.queue == queue:
        raise Refused("ticket.already-queued", ref=call.ref, queue=queue)
    data = {"before": {"queue": entry.queue}, "after": {"queue": queue}}
    await activity.record(session, actor, "call.moved", "call", call.id, now, data)
    await hand_on(session, call, entry, queue, now)
    await _redrawn(session, call, now)
    return call


async def hand_on(session: AsyncSession, call: Call, entry: QueueEntry, queue: str, now: datetime) -> None:
    """Whoever was rung for them in the old queue is so no more. Nobody may have accepted them."""
    if entry.state == EntryState.OFFERED:
        await offers.withdraw(session, call.id, now)
        entry.move_to(EntryState.WAITING)
    entry.queue = call.queue = queue
    await session.flush()
    await routing.look_again(session, entry, now)
    await routing.match(session, queue, now)


async def all_to(session: AsyncSession, queue: str, now: datetime) -> None:
    """Whoever waits in another queue and was accepted by nobody."""
    found = await session.scalars(
        select(QueueEntry.call_id)
        .where(queues.IS_LIVE, QueueEntry.queue != queue, QueueEntry.state != EntryState.CLAIMED)
        .order_by(QueueEntry.call_id)
    )
    for call_id in found.all():
        call = await calls.lock_call(session, call_id)
        entry = await queues.lock_entry(session, call_id)
        if entry is not None and entry.state in {EntryState.WAITING, EntryState.OFFERED}:
            await hand_on(session, call, entry, queue, now)
            await _redrawn(session, call, now)


async def _waiting(session: AsyncSession, call_id: int) -> tuple[Call, QueueEntry]:
    call = await calls.lock_call(session, call_id)
    entry = await queues.lock_entry(session, call_id)
    if entry is None or call.is_over or entry.state not in LIVE_ENTRY:
        raise Refused("call.not-waiting", ref=call.ref)
    if entry.state == EntryState.CLAIMED:
        raise Refused("call.accepted-by", ref=call.ref, name=await queues.agent_name(session, call) or "?")
    return call, entry


async def _redrawn(session: AsyncSession, call: Call, now: datetime) -> None:
    call.version += 1
    call.updated_at = now
    await session.flush()
    await cards.refresh(session, "call", call.id, now)
    await board.changed(session, now)
