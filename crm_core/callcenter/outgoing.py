"""Calls to customers: an agent is there first, then the customer is rung, and nobody is rung twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, outbox
from crm_core.agents import SYSTEM, Actor
from crm_core.callcenter import board, calls, legs, wrapup
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import CallState, EntryState, LegState
from crm_core.outbox import EffectKind

CUSTOMER_RINGS = timedelta(seconds=40)


async def begin(
    session: AsyncSession,
    actor: Actor,
    number: str,
    now: datetime,
    *,
    contact_id: int | None,
    language: str | None,
    state: CallState,
    queue: str | None = None,
) -> Call:
    """The row, before anybody is dialled."""
    call = Call(
        direction="outbound",
        to_number=number,
        contact_id=contact_id,
        state=state,
        queue=queue,
        language=language,
        ivr={},
        hold_seconds=0,
        started_at=now,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(call)
    await session.flush()
    await activity.record(session, actor, "call.planned", "call", call.id, now)
    await cards.refresh(session, "call", call.id, now)
    return call


async def wait_in_line(
    session: AsyncSession, call: Call, queue: str, now: datetime, *, rank_at: datetime, not_before: datetime | None
) -> QueueEntry:
    """Who is to be called back keeps the place they had."""
    entry = QueueEntry(
        call_id=call.id,
        queue=queue,
        state=EntryState.WAITING,
        joined_at=now,
        rank_at=rank_at,
        not_before=not_before,
    )
    session.add(entry)
    await session.flush()
    await board.changed(session, now)
    return entry


async def customer_joined(session: AsyncSession, leg: CallLeg, now: datetime) -> Call | None:
    """The customer picked up. None when nobody is there for them any more."""
    call = await calls.lock_call(session, leg.call_id)
    if call.is_over or not await legs.live_legs(session, call.id, Party.AGENT):
        return None
    leg.advance(LegState.JOINED)
    leg.joined_at = now
    call.answered_at = call.answered_at or now
    await session.flush()
    await activity.record(session, SYSTEM, "call.connected", "call", call.id, now, {"agent": call.agent_id})
    await calls.move_to(session, call, CallState.TALKING, now)
    return call


async def customer_ended(session: AsyncSession, leg: CallLeg, now: datetime) -> None:
    """After a talk the call is over; before one, the agent who waits is told that nobody answers."""
    call = await calls.lock_call(session, leg.call_id)
    call.ended_at = call.ended_at or leg.ended_at or now
    call.duration_seconds = leg.duration_seconds if leg.was_joined else call.duration_seconds
    if leg.was_joined:
        await legs.hang_up_all(session, call.id, now)
        await wrapup.over(session, call, now)
    else:
        for agent in await legs.live_legs(session, call.id, Party.AGENT):
            payload = {"leg": agent.id, "to": "unreached"}
            await outbox.enqueue(session, EffectKind.REDIRECT, legs.dial_address(agent.id), payload, now)
        await calls.move_to(session, call, CallState.FAILED, now)
    await activity.record(session, SYSTEM, "call.ended", "call", call.id, now, {"status": leg.state})
