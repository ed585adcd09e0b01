"""On hold and back again, and an agent's own microphone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, rights
from crm_core.agents import Actor
from crm_core.callcenter import calls, rooms, taping, transfers
from crm_core.callcenter.calls import Call
from crm_core.callcenter.states import CallState
from crm_core.errors import Refused


async def hold(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Call:
    """The customer hears music. Raises Refused for who is not in the talk."""
    rights.require(actor, "call.hold")
    call = await calls.lock_call(session, call_id)
    await rooms.own_leg(session, actor, call)
    calls.refuse_unless(call, CallState.TALKING)
    await begin(session, call, now)
    await activity.record(session, actor, "call.held", "call", call.id, now)
    return call


async def resume(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Call:
    """Raises Refused while the customer waits for a colleague who is asked: `back` and `join` end that."""
    rights.require(actor, "call.hold")
    call = await calls.lock_call(session, call_id)
    await rooms.own_leg(session, actor, call)
    calls.refuse_unless(call, CallState.HOLD)
    transfer = await transfers.under_way(session, call.id)
    if transfer is not None:
        raise Refused("transfer.under-way", ref=call.ref, name=await transfers.target_name(session, transfer))
    await end(session, call, now)
    await activity.record(session, actor, "call.resumed", "call", call.id, now)
    return call


async def set_muted(session: AsyncSession, actor: Actor, call_id: int, now: datetime, *, muted: bool) -> Call:
    """The actor's own microphone; the others are still heard."""
    rights.require(actor, "call.hold")
    call = await calls.lock_call(session, call_id)
    leg = await rooms.own_leg(session, actor, call)
    if leg.is_muted != muted:
        leg.is_muted = muted
        await rooms.change(session, call, leg, now, muted=muted)
        if muted:
            await activity.record(session, actor, "call.muted", "call", call.id, now)
        else:
            await activity.record(session, actor, "call.unmuted", "call", call.id, now)
        await calls.changed(session, call, now)
    return call


async def begin(session: AsyncSession, call: Call, now: datetime) -> None:
    """Of a call that is locked."""
    await rooms.hold(session, call, now)
    await taping.rest(session, call, now)
    await calls.move_to(session, call, CallState.HOLD, now)


async def end(session: AsyncSession, call: Call, now: datetime) -> None:
    await rooms.change(session, call, None, now, hold=False)
    await taping.go_on(session, call, now)
    await calls.move_to(session, call, CallState.TALKING, now)
