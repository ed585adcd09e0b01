"""The call and the leg that an address of ours names."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.callcenter import calls, legs
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.errors import NotFound
from webhooks.twilio.hook import Hook


async def call_by_sid(session: AsyncSession, hook: Hook) -> Call:
    call = await calls.lock_by_sid(session, hook.sid)
    if call is None:
        raise NotFound("call.unknown", ref=hook.sid[:40])
    return call


async def the_call(session: AsyncSession, hook: Hook) -> Call:
    """By our own number in the address: a conference or queue may report under another CallSid."""
    return await calls.lock_call(session, hook.number("call"))


async def the_leg(session: AsyncSession, hook: Hook) -> CallLeg:
    leg = await legs.lock_leg(session, hook.number("leg"))
    if leg is None:
        raise NotFound("call.unknown", ref=str(hook.number("leg")))
    return leg
