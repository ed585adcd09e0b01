"""Calls to customers: an agent is there first, then the customer is rung, and nobody is rung twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, db, outbox, rights
from crm_core.agents import SYSTEM, Actor
from crm_core.callcenter import (
    board,
    calling,
    calls,
    ending,
    legs,
    offers,
    passed,
    queues,
    routing,
    talks,
    work,
    worked,
    wrapup,
)
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import CallState, EntryState, LegState
from crm_core.contacts import consents
from crm_core.contacts.consents import Channel, Purpose
from crm_core.contacts.contacts import Contact
from crm_core.errors import Invalid
from crm_core.outbox import EffectKind


async def dial(
    session: AsyncSession,
    actor: Actor,
    number: str,
    now: datetime,
    *,
    contact: Contact | None = None,
    purpose: Purpose = Purpose.SERVICE,
) -> Call:
    """The actor's own phone is rung, then the customer's. Who waits for a callback gets that one, when it is due.

    Raises Invalid for what is no number, and Refused with the reason: called already, on the phone, not allowed,
    closed there, busy.
    """
    rights.require(actor, "call.dial")
    if actor.agent_id is None:
        raise Invalid("rights.not-linked")
    number = await calling.read_number(session, number, now)
    contact = contact or await calling.owner_of(session, number)
    await db.alone(session, f"dial {contact.ref if contact is not None else number}")
    waiting = await calling.waiting_callback(session, contact, number)
    if waiting is not None:
        return await talks.accept(session, actor, waiting, now)
    await calling.refuse_second(session, contact, number, now)
    await calling.refuse_on_the_phone(session, contact, number)
    await calling.refuse_colleague(session, number)
    await calling.refuse_unless_open(session, contact, now)
    call = await begin(
        session,
        actor,
        number,
        now,
        contact_id=contact.id if contact is not None else None,
        language=contact.language if contact is not None else None,
        state=CallState.RINGING,
    )
    await _by_leave_of(session, actor, call, contact, purpose, now)
    agent = await work.lock_agent(session, actor.agent_id)
    offer = await offers.make(session, call.id, agent, now, ring_for=queues.rule_of(session, "").ring_for)
    offer.is_by_hand = True
    call.agent_id = agent.id
    await session.flush()
    return call


async def _by_leave_of(
    session: AsyncSession, actor: Actor, call: Call, contact: Contact | None, purpose: Purpose, now: datetime
) -> None:
    """Asked and noted. Raises Refused."""
    assert call.to_number is not None
    if contact is None:
        await calling.refuse_unwanted(session, call.to_number)
        return
    source = ("call", call.id)
    await consents.use(session, actor, contact.id, Channel.PHONE, purpose, now, number=call.to_number, source=source)


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
        entered_at=now,
        rank_at=rank_at,
        not_before=not_before,
    )
    session.add(entry)
    await session.flush()
    await routing.expect(session, entry, now)
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
    call.carrier_status = leg.carrier_status or str(leg.state)
    if leg.was_joined:
        was_waiting = await ending.leave_queue(session, call, now)
        await passed.customer_gone(session, call, now)
        if was_waiting:
            await calls.move_to(session, call, CallState.ABANDONED, now)
        else:
            await wrapup.over(session, call, now)
        await worked.offer(session, call, now)
    else:
        for agent in await legs.live_legs(session, call.id, Party.AGENT):
            payload = {"leg": agent.id, "to": "unreached"}
            await outbox.enqueue(session, EffectKind.REDIRECT, legs.dial_address(agent.id), payload, now)
        await calls.move_to(session, call, CallState.FAILED, now)
    await activity.record(session, SYSTEM, "call.ended", "call", call.id, now, {"status": leg.state})
