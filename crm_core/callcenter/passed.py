"""What becomes of a call that is passed on: taken, not taken, left. In any case somebody has the caller."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, notices
from crm_core.agents import SYSTEM, Presence
from crm_core.callcenter import calls, holding, legs, offers, queues, rooms, routing, taping, transfers, work
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.states import CallState, LegState, TransferState
from crm_core.callcenter.transfers import Kind, Transfer
from crm_core.company import JoinQueue, company_of

TALK = (CallState.TALKING, CallState.HOLD)


async def taken(session: AsyncSession, call: Call, transfer: Transfer, now: datetime) -> None:
    """The other picked up: they have the call, or are asked first while the customer waits."""
    if transfer.kind == Kind.WARM:
        transfer.state = TransferState.CONSULTING
        await calls.changed(session, call, now)
        return
    await _done(session, call, transfer, now)
    await activity.record(session, SYSTEM, "call.taken-over", "call", call.id, now, {"agent": transfer.to_agent_id})


async def not_taken(session: AsyncSession, call: Call, transfer: Transfer, now: datetime) -> None:
    """Back to who passed it on, while they are free; else to the front of the queue."""
    transfer.end(TransferState.BACK, now)
    await session.flush()
    if call.is_over or call.state == CallState.WRAP_UP:
        return
    await activity.record(session, SYSTEM, "call.transfer-missed", "call", call.id, now)
    there = await legs.in_the_talk(session, call.id, Party.AGENT)
    if transfer.kind == Kind.WARM:
        await holding.end(session, call, now)
        await notices.tell(session, transfer.from_agent_id, "notice.transfer-missed", "call", call.id, now)
    elif there and there[0].agent_id != transfer.from_agent_id:
        # They were three.
        call.agent_id = there[0].agent_id
        await holding.end(session, call, now)
    elif transfer.kind == Kind.RETURN or not await _return(session, call, transfer, now):
        await into_queue(session, call, _queue_of(session, call), now)


async def left(session: AsyncSession, call: Call, transfer: Transfer, leg: CallLeg, now: datetime) -> None:
    """One of the agents hung up in the middle of it."""
    if leg.id == transfer.leg_id:
        transfer.end(TransferState.BACK, now)
        await holding.end(session, call, now)
    elif leg.agent_id == transfer.from_agent_id and transfer.kind == Kind.WARM:
        await leave_to(session, call, transfer, now)
    elif leg.agent_id == call.agent_id:
        # They were three, and one of the others asks a fourth.
        call.agent_id = transfer.from_agent_id


async def leave_to(session: AsyncSession, call: Call, transfer: Transfer, now: datetime) -> None:
    """Who passes it on goes: the other has the call now, or as soon as they pick up."""
    await end_company(session, call, now)
    if transfer.state == TransferState.CONSULTING:
        await _done(session, call, transfer, now)
        return
    transfer.kind = Kind.BLIND
    if transfer.to_agent_id is not None:
        call.agent_id = None
    await session.flush()
    await calls.move_to(session, call, CallState.CONNECTING, now)


async def into_queue(session: AsyncSession, call: Call, queue: str, now: datetime) -> None:
    """To the front: they have waited before."""
    await end_company(session, call, now)
    await legs.hang_up_all(session, call.id, now, Party.THIRD)
    call.agent_id = call.wrap_up_until = None
    await rooms.send_customer(session, call, "requeue", now)
    await routing.join(session, call, queue, now, at_front=True)


async def customer_gone(session: AsyncSession, call: Call, now: datetime) -> None:
    """Nobody is rung or asked about them any more, and whoever talked to them is hung up on."""
    transfer = await transfers.under_way(session, call.id)
    if transfer is not None:
        transfer.end(TransferState.BACK, now)
    await taping.over(session, call, now)
    await offers.withdraw(session, call.id, now)
    await legs.hang_up_all(session, call.id, now)
    await routing.match_all(session, now)


async def end_company(session: AsyncSession, call: Call, now: datetime) -> None:
    """Who listens is known to the agent who goes, and what is recorded was agreed with them: not with the next one."""
    await taping.stop(session, call, now)
    await legs.hang_up_all(session, call.id, now, Party.SUPERVISOR)


async def third_joined(session: AsyncSession, leg: CallLeg, now: datetime) -> Call | None:
    """Somebody outside picked up. None when nobody wants them any more."""
    call = await calls.lock_call(session, leg.call_id)
    transfer = await transfers.of_leg(session, leg.id)
    if transfer is None or transfer.state != TransferState.RINGING or call.is_over or call.state == CallState.WRAP_UP:
        return None
    leg.advance(LegState.JOINED)
    leg.joined_at = now
    await session.flush()
    await taken(session, call, transfer, now)
    return call


async def third_ended(session: AsyncSession, leg: CallLeg, now: datetime) -> None:
    """Somebody outside is gone, or never came."""
    call = await calls.lock_call(session, leg.call_id)
    await queues.lock_entry(session, call.id)
    transfer = await transfers.of_leg(session, leg.id)
    if transfer is not None and transfer.state == TransferState.RINGING:
        await not_taken(session, call, transfer, now)
    elif transfer is not None and transfer.is_under_way:
        await left(session, call, transfer, leg, now)
    elif leg.was_joined and call.state in TALK:
        if await legs.in_the_talk(session, call.id, Party.AGENT, Party.THIRD):
            await calls.changed(session, call, now)
        else:
            await farewell(session, call, now)


async def on_expired(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """Of a number outside no report ever came."""
    found = await session.get(Transfer, payload["transfer"])
    if found is None:
        return
    call = await calls.lock_call(session, found.call_id)
    transfer = await transfers.of_leg(session, found.leg_id)
    if transfer is None or transfer.state != TransferState.RINGING:
        return
    await legs.hang_up(session, await transfers.leg_of(session, transfer), now)
    await not_taken(session, call, transfer, now)


async def farewell(session: AsyncSession, call: Call, now: datetime) -> None:
    """Nobody is left with them: who called in may come back; who was called is hung up on."""
    await end_company(session, call, now)
    if call.direction == "inbound":
        await rooms.send_customer(session, call, "farewell", now)
        return
    await legs.hang_up_all(session, call.id, now)
    if not await legs.live_legs(session, call.id, Party.CUSTOMER):
        # They were not even dialled yet, so that no report of theirs ends the call.
        call.ended_at = now
        await activity.record(session, SYSTEM, "call.ended", "call", call.id, now, {"status": "no-agent"})
        await calls.move_to(session, call, CallState.FAILED, now)


async def _done(session: AsyncSession, call: Call, transfer: Transfer, now: datetime) -> None:
    transfer.end(TransferState.DONE, now)
    if transfer.to_agent_id is not None:
        call.agent_id = transfer.to_agent_id
        call.wrap_up_until = None
    await session.flush()
    await holding.end(session, call, now)


async def _return(session: AsyncSession, call: Call, transfer: Transfer, now: datetime) -> bool:
    """True when their phone rings again."""
    agent = await work.lock_agent(session, transfer.from_agent_id)
    is_wrapping_up = agent.presence == Presence.WRAP_UP and agent.presence_since >= transfer.began_at
    if not agent.phone or not (is_wrapping_up or agent.presence == Presence.AVAILABLE):
        return False
    if agent.presence_next is not None:
        return False
    await work.free(session, agent.id, now)
    call.agent_id = call.wrap_up_until = None
    await transfers.to_colleague(session, call, Kind.RETURN, agent.id, agent, now)
    await calls.changed(session, call, now)
    return True


def _queue_of(session: AsyncSession, call: Call) -> str:
    """The one they waited in; for who waited in none, where `0` leads."""
    company = company_of(session)
    person = company.phone.nodes[company.phone.person]
    usual = person.queue if isinstance(person, JoinQueue) else next(iter(company.queues), "support")
    return call.queue or usual
