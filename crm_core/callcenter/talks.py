"""From an offer to the talk: accepted by hand or by a key on the phone, missed, expired, left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, notices, references, rights
from crm_core.agents import SYSTEM, Actor, Agent, Presence, actor_of
from crm_core.callcenter import (
    calling,
    calls,
    checking,
    legs,
    offers,
    passed,
    queues,
    rooms,
    routing,
    transfers,
    work,
    wrapup,
)
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.offers import Offer
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import CallState, EntryState, LegState, OfferState, TransferState
from crm_core.company import company_of
from crm_core.errors import Invalid, Refused

CLAIM_LEASE = timedelta(seconds=60)


async def accept(session: AsyncSession, actor: Actor, call_id: int, now: datetime, *, early: bool = False) -> Call:
    """One agent takes the caller: their phone is rung. Others get Refused with the name of who was first.

    `early`: also who is to be called back later.
    """
    rights.require(actor, "call.accept")
    call = await calls.lock_call(session, call_id)
    entry = await queues.lock_entry(session, call_id)
    await _refuse_when_not_waiting(session, actor, call, entry)
    assert entry is not None
    await calling.refuse_too_soon(session, call, entry, now, early=early)
    if actor.agent_id is None:
        raise Invalid("rights.not-linked")
    agent = await work.lock_agent(session, actor.agent_id)
    known = await offers.open_of(session, call_id)
    offer = next((one for one in known if one.agent_id == agent.id), None)
    if offer is None:
        offer = await offers.make(session, call.id, agent, now, ring_for=CLAIM_LEASE, queue=entry.queue)
    await offers.withdraw(session, call_id, now, but=offer.id)
    offer.state, offer.is_by_hand, offer.expires_at = OfferState.ACCEPTED, True, now + CLAIM_LEASE
    await offers.expire_at(session, offer, now)
    entry.move_to(EntryState.CLAIMED)
    entry.claim_until = offer.expires_at
    call.agent_id = agent.id
    await activity.record(session, actor, "call.accepted", "call", call.id, now)
    await calls.move_to(session, call, CallState.CONNECTING, now)
    return call


async def decline(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Call:
    """The next one is rung. It is no missed call: whoever says no is there. Raises Refused when nothing is offered."""
    rights.require(actor, "call.accept")
    call = await calls.lock_call(session, call_id)
    entry = await queues.lock_entry(session, call_id)
    known = await offers.open_of(session, call_id)
    offer = next((one for one in known if one.agent_id == actor.agent_id), None)
    if offer is None:
        raise Refused("call.not-offered", ref=call.ref)
    await legs.hang_up(session, await session.get_one(CallLeg, offer.leg_id), now)
    await _declined(session, actor, call, entry, offer, now)
    return call


async def turn_down(session: AsyncSession, leg: CallLeg, now: datetime) -> bool:
    """The agent pressed another key than 1, and hangs up next. False when there was nothing left to say no to."""
    call = await calls.lock_call(session, leg.call_id)
    entry = await queues.lock_entry(session, leg.call_id)
    offer = await offers.of_leg(session, leg.id)
    if offer is None or offer.ended_at is not None:
        return False
    actor = actor_of(await session.get_one(Agent, offer.agent_id), "phone")
    await _declined(session, actor, call, entry, offer, now)
    return True


async def pick_up(session: AsyncSession, leg: CallLeg, now: datetime) -> Call | None:
    """The agent pressed 1: the two meet. None when the caller is gone or somebody else was first."""
    call = await calls.lock_call(session, leg.call_id)
    entry = await queues.lock_entry(session, leg.call_id)
    offer = await offers.of_leg(session, leg.id)
    if offer is None or offer.ended_at is not None or call.is_over or call.state == CallState.WRAP_UP:
        return None
    transfer = await transfers.of_leg(session, leg.id)
    if transfer is None and entry is not None:
        if entry.state not in {EntryState.OFFERED, EntryState.CLAIMED}:
            return None
        entry.move_to(EntryState.BRIDGED)
    await offers.withdraw(session, call.id, now, but=offer.id)
    offer.end(OfferState.ACCEPTED, now)
    leg.advance(LegState.JOINED)
    leg.joined_at = now
    leg.answered_at = leg.answered_at or now
    agent = await work.lock_agent(session, offer.agent_id)
    agent.missed_offers = 0
    await work.become(session, agent, Presence.ON_CALL, now)
    if transfer is not None:
        await passed.taken(session, call, transfer, now)
        return call
    call.agent_id = offer.agent_id
    await activity.record(session, SYSTEM, "call.connected", "call", call.id, now, {"agent": offer.agent_id})
    await _bring_the_other(session, call, now)
    return call


async def leg_ended(session: AsyncSession, leg: CallLeg, now: datetime) -> None:
    """An agent who never came gives the place back; one who leaves a talk wraps up."""
    if leg.party != Party.AGENT or leg.agent_id is None:
        return
    call = await calls.lock_call(session, leg.call_id)
    entry = await queues.lock_entry(session, leg.call_id)
    offer = await offers.of_leg(session, leg.id)
    if leg.was_joined:
        await _left_the_talk(session, call, leg, leg.agent_id, now)
        return
    if offer is not None and offer.ended_at is None:
        await _not_taken(session, call, entry, offer, leg, now)
    await work.free(session, leg.agent_id, now)
    await routing.match_all(session, now)


async def on_expired(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """No report ever came: nothing to do when the agent did."""
    found = await session.get(Offer, payload["offer"])
    if found is None:
        return
    call = await calls.lock_call(session, found.call_id)
    entry = await queues.lock_entry(session, found.call_id)
    offer = await offers.of_leg(session, found.leg_id)
    if offer is None or offer.ended_at is not None:
        return
    leg = await session.get_one(CallLeg, offer.leg_id)
    if offer.expires_at > now:
        if leg.state != LegState.CREATED:
            await checking.check_leg(session, leg, now)
        return
    await _not_taken(session, call, entry, offer, leg, now)
    await legs.hang_up(session, leg, now)
    await work.free(session, offer.agent_id, now)
    await routing.match_all(session, now)


async def _refuse_when_not_waiting(session: AsyncSession, actor: Actor, call: Call, entry: QueueEntry | None) -> None:
    if entry is None or call.is_over or entry.state == EntryState.DONE:
        raise Refused("call.not-waiting", ref=call.ref)
    if entry.state in {EntryState.CLAIMED, EntryState.BRIDGED}:
        if call.agent_id is not None and call.agent_id == actor.agent_id:
            raise Refused("call.accepted-already" if entry.state == EntryState.CLAIMED else "call.yours", ref=call.ref)
        raise Refused("call.accepted-by", ref=call.ref, name=await queues.agent_name(session, call) or "?")


async def _declined(
    session: AsyncSession, actor: Actor, call: Call, entry: QueueEntry | None, offer: Offer, now: datetime
) -> None:
    offer.end(OfferState.DECLINED, now)
    await session.flush()
    await activity.record(session, actor, "call.declined", "call", call.id, now)
    await _go_on_without(session, call, entry, offer, now)


async def _bring_the_other(session: AsyncSession, call: Call, now: datetime) -> None:
    """Who is on the line is sent to the conference; who is to be called is rung now that an agent is there."""
    if call.direction == "inbound" or await rooms.customer_leg(session, call.id) is not None:
        await rooms.send_customer(session, call, "conference", now)
        await calls.move_to(session, call, CallState.TALKING, now)
    else:
        assert call.to_number is not None, "a call to somebody has their number"
        await legs.ring(session, call.id, call.to_number, now, party=Party.CUSTOMER)
        await calls.move_to(session, call, CallState.CONNECTING, now)


async def _not_taken(
    session: AsyncSession, call: Call, entry: QueueEntry | None, offer: Offer, leg: CallLeg, now: datetime
) -> None:
    is_declined = leg.state == LegState.BUSY
    offer.end(OfferState.DECLINED if is_declined else OfferState.MISSED, now)
    await session.flush()
    # A phone that could not be rung was not missed by anybody.
    if not is_declined and offer.queue is not None and leg.state != LegState.FAILED:
        await _missed(session, offer.agent_id, now)
    await _go_on_without(session, call, entry, offer, now)


async def _missed(session: AsyncSession, agent_id: int, now: datetime) -> None:
    """Too many in a row: they are away, and told so."""
    agent = await work.lock_agent(session, agent_id)
    agent.missed_offers += 1
    if agent.missed_offers >= company_of(session).callcenter.missed_offers:
        agent.missed_offers = 0
        agent.presence_next, agent.presence_reason = Presence.AWAY, "missed"
        await activity.record(session, SYSTEM, "agent.made-away", "agent", agent.id, now, {"reason": "missed"})
        await _tell_made_away(session, agent, now)
    await session.flush()


async def _tell_made_away(session: AsyncSession, agent: Agent, now: datetime) -> None:
    newest = await session.scalar(select(Offer.call_id).where(Offer.agent_id == agent.id).order_by(Offer.id.desc()))
    if newest is not None:
        await notices.tell(
            session, agent.id, "notice.made-away", "agent", agent.id, now, call=references.ref("call", newest)
        )


async def _go_on_without(
    session: AsyncSession, call: Call, entry: QueueEntry | None, offer: Offer, now: datetime
) -> None:
    """They did not take it."""
    transfer = await transfers.of_leg(session, offer.leg_id)
    if transfer is None:
        await _give_back(session, call, entry, now)
    elif transfer.is_under_way:
        await passed.not_taken(session, call, transfer, now)


async def _give_back(session: AsyncSession, call: Call, entry: QueueEntry | None, now: datetime) -> None:
    """Back to waiting at the old place, unless somebody else is still rung for it; an agent's own dial is over."""
    if entry is None and call.state == CallState.RINGING:
        call.ended_at = now
        await activity.record(session, SYSTEM, "call.ended", "call", call.id, now, {"status": "no-agent"})
        await calls.move_to(session, call, CallState.FAILED, now)
    if entry is None or call.is_over or entry.state not in {EntryState.OFFERED, EntryState.CLAIMED}:
        return
    if await offers.open_of(session, call.id):
        return
    was_claimed = entry.state == EntryState.CLAIMED
    entry.move_to(EntryState.WAITING)
    call.agent_id = None
    await session.flush()
    if was_claimed:
        await activity.record(session, SYSTEM, "call.claim-released", "call", call.id, now)
    await calls.move_to(session, call, CallState.QUEUED, now)
    await routing.match(session, entry.queue, now)


async def _left_the_talk(session: AsyncSession, call: Call, leg: CallLeg, agent_id: int, now: datetime) -> None:
    if not call.is_over and call.state != CallState.WRAP_UP:
        transfer = await transfers.under_way(session, call.id)
        if transfer is not None:
            await passed.left(session, call, transfer, leg, now)
        elif call.agent_id == agent_id:
            await _leave_to_the_others(session, call, now)
    came_by = await transfers.of_leg(session, leg.id)
    if came_by is not None and came_by.state == TransferState.BACK and call.agent_id != agent_id:
        # They were only asked: there is nothing to write down.
        await work.free(session, agent_id, now)
        await routing.match_all(session, now)
    else:
        await wrapup.begin(session, call, agent_id, now)


async def _leave_to_the_others(session: AsyncSession, call: Call, now: datetime) -> None:
    """A colleague has them now, or whoever is outside; with nobody they hear a farewell."""
    going = await transfers.going(session, call.id)
    there = await legs.in_the_talk(session, call.id, Party.AGENT, Party.THIRD)
    others = [leg for leg in there if leg.id not in going and leg.state != LegState.LEFT]
    colleague = next((one.agent_id for one in others if one.party == Party.AGENT), None)
    if colleague is not None:
        call.agent_id = colleague
        await passed.end_company(session, call, now)
        await calls.changed(session, call, now)
    elif not others:
        await passed.farewell(session, call, now)
