"""A caller's place: a lead puts them first or into another queue, and a queue that is too slow hands them on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, outbox, rights
from crm_core.agents import Actor
from crm_core.callcenter import board, calls, offers, queues, routing
from crm_core.callcenter.calls import Call
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import LIVE_ENTRY, EntryState
from crm_core.company import company_of
from crm_core.db import Record
from crm_core.errors import NotFound, Refused
from crm_core.outbox import EffectKind

DIVERTED = "call.divert"
A_MOMENT = timedelta(seconds=1)


async def to_front(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Call:
    """Before everybody who waits in the same queue. Raises Refused for who does not wait."""
    rights.require(actor, "call.move")
    call, entry = await _waiting(session, call_id)
    first = await queues.first_rank(session, entry.queue, now, but=entry.id)
    before = entry.rank_at
    if first is not None and before >= first:
        entry.rank_at = first - A_MOMENT
    await session.flush()
    data = {"parts": {"rank_at": before.isoformat()}}
    await activity.record(session, actor, "call.put-first", "call", call.id, now, data, reversible=True)
    await _redrawn(session, call, now)
    await routing.match(session, entry.queue, now)
    return call


async def to_queue(session: AsyncSession, actor: Actor, call_id: int, queue: str, now: datetime) -> Call:
    """With the place they waited for. Raises NotFound for a queue that is none, Refused for who does not wait."""
    rights.require(actor, "call.move")
    if queue not in company_of(session).queues:
        raise NotFound("ticket.queue-unknown", text=queue[:40], names=", ".join(company_of(session).queues))
    call, entry = await _waiting(session, call_id)
    if entry.queue == queue:
        raise Refused("ticket.already-queued", ref=call.ref, queue=queue)
    data = {"to": queue, "parts": {"queue": entry.queue}}
    await activity.record(session, actor, "call.moved", "call", call.id, now, data, reversible=True)
    await hand_on(session, call, entry, queue, now)
    await _redrawn(session, call, now)
    return call


async def hand_on(session: AsyncSession, call: Call, entry: QueueEntry, queue: str, now: datetime) -> None:
    """Whoever was rung for them in the old queue is so no more. Nobody may have accepted them."""
    if entry.state == EntryState.OFFERED:
        await offers.withdraw(session, call.id, now)
        entry.move_to(EntryState.WAITING)
    entry.queue = call.queue = queue
    entry.entered_at = now
    await session.flush()
    await routing.look_again(session, entry, now)
    await routing.match(session, queue, now)


async def divert_all(session: AsyncSession, queue: str, now: datetime) -> None:
    """Whoever waits in another queue, each in a transaction of their own: nobody is held up by another."""
    found = await session.scalars(
        select(QueueEntry.call_id).where(queues.IS_LIVE, QueueEntry.queue != queue).order_by(QueueEntry.rank_at)
    )
    for call_id in found.all():
        payload = {"verb": DIVERTED, "call": call_id, "queue": queue}
        await outbox.enqueue(session, EffectKind.TIMER, divert_address(call_id), payload, now)


def divert_address(call_id: int) -> str:
    """There and back in the order in which it was said."""
    return f"timer:{DIVERTED}-{call_id}"


async def on_diverted(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """Who was accepted meanwhile stays."""
    call = await calls.lock_call(session, payload["call"])
    entry = await queues.lock_entry(session, call.id)
    if entry is not None and entry.state in {EntryState.WAITING, EntryState.OFFERED} and not call.is_over:
        note_diverted(call, entry.queue)
        await hand_on(session, call, entry, payload["queue"], now)
        await _redrawn(session, call, now)


def note_diverted(call: Call, wanted: str) -> None:
    """The queue that they wanted first, so that they come back to it."""
    call.ivr = {**call.ivr, "diverted": call.ivr.get("diverted", wanted)}


async def waiting_in(session: AsyncSession, queue: str) -> Sequence[int]:
    found = await session.scalars(
        select(QueueEntry.call_id).where(queues.IS_LIVE, QueueEntry.queue == queue).order_by(QueueEntry.rank_at)
    )
    return found.all()


async def bring_back(session: AsyncSession, call_id: int, diverted_to: str, now: datetime) -> None:
    """To the queue they wanted, with the time they waited. Who was accepted, or moved on since, stays."""
    call = await calls.lock_call(session, call_id)
    entry = await queues.lock_entry(session, call_id)
    wanted = call.ivr.get("diverted")
    if entry is None or call.is_over or entry.queue != diverted_to or wanted not in company_of(session).queues:
        return
    if entry.state in {EntryState.WAITING, EntryState.OFFERED} and wanted != diverted_to:
        call.ivr = {name: value for name, value in call.ivr.items() if name != "diverted"}
        await hand_on(session, call, entry, wanted, now)
        await _redrawn(session, call, now)


async def _waiting(session: AsyncSession, call_id: int) -> tuple[Call, QueueEntry]:
    call = await calls.lock_call(session, call_id)
    entry = await queues.lock_entry(session, call_id)
    if entry is None or call.is_over or entry.state not in LIVE_ENTRY:
        raise Refused("call.not-waiting", ref=call.ref)
    if entry.state == EntryState.CLAIMED:
        raise Refused("call.accepted-by", ref=call.ref, name=await queues.agent_name(session, call) or "?")
    return call, entry


async def _reverse(session: AsyncSession, call: Record, parts: dict[str, Any], now: datetime) -> None:
    """Undo, as long as they wait."""
    held, entry = await _waiting(session, call.id)
    if "rank_at" in parts:
        entry.rank_at = datetime.fromisoformat(parts["rank_at"])
        await session.flush()
    else:
        await hand_on(session, held, entry, parts["queue"], now)
    await _redrawn(session, held, now)


async def _redrawn(session: AsyncSession, call: Call, now: datetime) -> None:
    call.version += 1
    call.updated_at = now
    await session.flush()
    await cards.refresh(session, "call", call.id, now)
    await board.changed(session, now)


activity.reversal("call.put-first", _reverse)
activity.reversal("call.moved", _reverse)
