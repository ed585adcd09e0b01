"""The end of a call: whatever was under way is brought to an end, and nothing that was said is lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards
from crm_core.agents import SYSTEM
from crm_core.callcenter import (
    callback_requests,
    callers,
    calls,
    carrier,
    checking,
    cut_off,
    legs,
    missed_sms,
    offers,
    passed,
    presence,
    queues,
    rating_sms,
    routing,
    told,
    worked,
    wrapup,
)
from crm_core.callcenter.calls import Call
from crm_core.callcenter.states import LIVE_ENTRY, CallState, EntryState
from crm_core.company import company_of
from crm_core.support import replies, tickets
from crm_core.support.tickets import Ticket


async def report(
    session: AsyncSession, call: Call, status: str, at: datetime, duration: int | None, now: datetime
) -> bool:
    """A status callback, in any order and any number of times; True when it ended the call."""
    ended = carrier.apply(call, status, at, duration)
    call.updated_at = now
    await session.flush()
    if ended:
        await _finish(session, call, now)
    return ended


async def _finish(session: AsyncSession, call: Call, now: datetime) -> None:
    was_waiting = await leave_queue(session, call, now)
    await keep_what_was_told(session, call, now)
    await cut_off.cut_again(session, call)
    await passed.customer_gone(session, call, now)
    if call.talk_began_at is not None and not was_waiting:
        await wrapup.over(session, call, now)
    else:
        await calls.move_to(session, call, await _ended(session, call, now, was_waiting=was_waiting), now)
    await worked.offer(session, call, now)
    await presence.hung_up(session, call, now)
    await missed_sms.plan(session, call, now)
    await rating_sms.plan(session, call, now)
    if await legs.live_legs(session, call.id):
        await checking.soon(session, call.id, now)
    await activity.record(session, SYSTEM, "call.ended", "call", call.id, now, {"status": call.carrier_status})


async def _ended(session: AsyncSession, call: Call, now: datetime, *, was_waiting: bool) -> CallState:
    """Who is to be called back has not given up."""
    if not was_waiting:
        return CallState.ABANDONED if await _got_nowhere(session, call, now) else CallState.DONE
    wish = await callback_requests.requested(session, call.id)
    return CallState.CALLBACK if wish is not None else CallState.ABANDONED


async def _got_nowhere(session: AsyncSession, call: Call, now: datetime) -> bool:
    """Who wanted to talk to somebody waited in vain or found nobody there, and has left nothing either."""
    entry = await queues.lock_entry(session, call.id)
    if entry is None or call.is_over or call.direction != "inbound" or call.ivr.get("put_through"):
        return False
    if await session.scalar(select(Ticket.id).where(Ticket.call_id == call.id).limit(1)) is not None:
        return False
    entry.left_at = now
    return True


async def leave_queue(session: AsyncSession, call: Call, now: datetime) -> bool:
    """The caller hung up or chose another way out; True when they had been waiting."""
    entry = await queues.lock_entry(session, call.id)
    if entry is None or entry.state == EntryState.DONE:
        return False
    was_waiting = entry.state in LIVE_ENTRY
    entry.move_to(EntryState.DONE)
    entry.left_at = now
    await session.flush()
    if was_waiting:
        await offers.withdraw(session, call.id, now)
        await cards.refresh(session, "call", call.id, now)
        # Whose phone was about to be rung is free for the next one.
        await routing.match_all(session, now)
    return was_waiting


async def keep_what_was_told(session: AsyncSession, call: Call, now: datetime) -> None:
    """A caller who hung up in the middle of telling: one ticket with what was said, also when it arrives late.

    What was to be added to a ticket of theirs is added to it.
    """
    draft = str(call.ivr.get("draft") or "").strip()
    if not draft or call.ivr.get("kept"):
        return
    caller = await callers.caller_of(session, call)
    actor = caller.actor(caller.language or company_of(session).language)
    note_to = call.ivr.get("note_to")
    if note_to is not None and await tickets.is_of(session, note_to, caller.contact_id):
        call.ivr = {**call.ivr, "kept": True}
        await replies.customer_replied(session, actor, note_to, draft, now)
        return
    ticket = await told.keep(session, actor, call, caller.contact_id, now)
    call.ivr = {**call.ivr, "kept": True, "continues": ticket.id}
