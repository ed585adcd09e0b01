"""A caller comes back after they were cut off, and goes on where they were."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, rights
from crm_core.agents import Actor
from crm_core.callcenter import calls, cut_off, queues, wrapup
from crm_core.callcenter.calls import Call
from crm_core.callcenter.cut_off import Cut, Where
from crm_core.callcenter.queues import QueueEntry


async def offer(session: AsyncSession, call_id: int, cut: Cut) -> None:
    """Asked from now on; nobody else is asked about the same."""
    call = await calls.lock_call(session, call_id)
    call.resumes_id = cut.call.id
    call.ivr = {**call.ivr, "asking": cut_off.RESUMING, "strikes": 0}
    await session.flush()


async def offered(session: AsyncSession, call: Call) -> Cut | None:
    """What the caller was asked about; None when there is nothing left of it."""
    if call.resumes_id is None:
        return None
    return await cut_off.of(session, await calls.lock_call(session, call.resumes_id))


async def accept(session: AsyncSession, actor: Actor, call: Call, cut: Cut, now: datetime) -> None:
    """They want to. An agent who is writing down the talk that was cut off is free for the rest of it."""
    rights.require(actor, "call.answer")
    call.ivr = {**call.ivr, "went_on": cut.where.value}
    if cut.where == Where.TALKING:
        await wrapup.interrupt(session, cut.call, now)
    what = {"where": cut.where.value, "call": cut.call.id}
    await activity.record(session, actor, "call.continued", "call", call.id, now, what)
    await calls.changed(session, call, now)


async def place_of(session: AsyncSession, cut: Cut) -> QueueEntry | None:
    """Where they waited."""
    return await queues.lock_entry(session, cut.call.id)
