"""Passing a call on: blind, or after a word with the other; to a colleague, a queue or a number outside."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import absences, activity, rights
from crm_core.agents import Actor, Agent, Presence
from crm_core.callcenter import (
    callers,
    calling,
    calls,
    holding,
    legs,
    offers,
    passed,
    presence,
    queues,
    rooms,
    taping,
    transfers,
    work,
)
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.states import CallState, TransferState
from crm_core.callcenter.transfers import Kind, Transfer
from crm_core.company import company_of
from crm_core.errors import NotFound, Refused


async def to_agent(
    session: AsyncSession, actor: Actor, call_id: int, agent: Agent, now: datetime, *, kind: Kind
) -> Transfer:
    """The customer hears music until the colleague has picked up. Raises Refused for who cannot be rung."""
    rights.require(actor, "call.transfer")
    call, leg = await _in_the_talk(session, actor, call_id)
    await _refuse_unless_there(session, call, agent, now)
    locked = await work.lock_agent(session, agent.id)
    transfer = await transfers.to_colleague(session, call, kind, leg.agent_id or 0, locked, now)
    await _begin(session, actor, call, leg, transfer, now)
    return transfer


async def to_number(
    session: AsyncSession, actor: Actor, call_id: int, number: str, now: datetime, *, kind: Kind
) -> Transfer:
    """Raises Invalid for what is no number, Refused for our own, dear and blocked ones."""
    rights.require(actor, "call.transfer")
    call, leg = await _in_the_talk(session, actor, call_id)
    outside = await calling.read_number(session, number, now)
    await calling.refuse_colleague(session, outside)
    transfer = await transfers.to_outside(session, call, kind, leg.agent_id or 0, outside, now)
    await _begin(session, actor, call, leg, transfer, now)
    return transfer


async def to_queue(session: AsyncSession, actor: Actor, call_id: int, queue: str, now: datetime) -> Call:
    """To its front. Raises Refused when nobody is there for it."""
    rights.require(actor, "call.transfer")
    call, _leg = await _in_the_talk(session, actor, call_id)
    known = company_of(session).queues
    if queue not in known:
        raise NotFound("ticket.queue-unknown", text=queue[:40], names=", ".join(known))
    language = await callers.language_of(session, call)
    if not await presence.anyone_there(session, queue, language, besides=actor.agent_id):
        raise Refused("transfer.nobody-in-queue", queue=known[queue].shown(actor.language))
    await activity.record(session, actor, "call.transferred", "call", call.id, now, {"to": queue})
    for colleague in await legs.in_the_talk(session, call.id, Party.AGENT):
        await legs.hang_up(session, colleague, now)
    await passed.into_queue(session, call, queue, now)
    return call


async def complete(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Transfer:
    """The one who asked goes, also while the other is still rung."""
    rights.require(actor, "call.transfer")
    call, leg, transfer = await _under_way(session, actor, call_id)
    await activity.record(session, actor, "call.transferred", "call", call.id, now, await _to(session, transfer))
    await passed.leave_to(session, call, transfer, now)
    await legs.hang_up(session, leg, now)
    return transfer


async def take_back(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Transfer:
    """The other goes, or is not rung any more; the customer is back with who had them."""
    rights.require(actor, "call.transfer")
    call, _leg, transfer = await _under_way(session, actor, call_id)
    transfer.end(TransferState.BACK, now)
    await offers.withdraw(session, call.id, now)
    await legs.hang_up(session, await transfers.leg_of(session, transfer), now)
    await activity.record(session, actor, "call.taken-back", "call", call.id, now)
    await holding.end(session, call, now)
    return transfer


async def join(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Transfer:
    """All three talk. Raises Refused while the other has not picked up."""
    rights.require(actor, "call.transfer")
    call, _leg, transfer = await _under_way(session, actor, call_id)
    if transfer.state != TransferState.CONSULTING:
        raise Refused("transfer.not-there-yet", name=await transfers.target_name(session, transfer))
    transfer.end(TransferState.JOINED, now)
    await taping.stop(session, call, now)
    await activity.record(session, actor, "call.joined", "call", call.id, now, await _to(session, transfer))
    await holding.end(session, call, now)
    return transfer


async def _begin(
    session: AsyncSession, actor: Actor, call: Call, leg: CallLeg, transfer: Transfer, now: datetime
) -> None:
    if call.state == CallState.TALKING:
        await holding.begin(session, call, now)
    if transfer.kind == Kind.WARM:
        await activity.record(session, actor, "call.consulted", "call", call.id, now, await _to(session, transfer))
        return
    await activity.record(session, actor, "call.transferred", "call", call.id, now, await _to(session, transfer))
    await passed.leave_to(session, call, transfer, now)
    await legs.hang_up(session, leg, now)


async def _to(session: AsyncSession, transfer: Transfer) -> dict[str, str]:
    return {"to": await transfers.target_name(session, transfer)}


async def _in_the_talk(session: AsyncSession, actor: Actor, call_id: int) -> tuple[Call, CallLeg]:
    """The call and the actor's own leg, of a talk that is not on its way already. Raises Refused."""
    call = await calls.lock_call(session, call_id)
    await queues.lock_entry(session, call_id)
    leg = await rooms.own_leg(session, actor, call)
    calls.refuse_unless(call, *passed.TALK)
    known = await transfers.under_way(session, call.id)
    if known is not None:
        raise Refused("transfer.under-way", ref=call.ref, name=await transfers.target_name(session, known))
    return call, leg


async def _under_way(session: AsyncSession, actor: Actor, call_id: int) -> tuple[Call, CallLeg, Transfer]:
    """Of who began it. Raises Refused."""
    call = await calls.lock_call(session, call_id)
    await queues.lock_entry(session, call_id)
    leg = await rooms.own_leg(session, actor, call)
    transfer = await transfers.under_way(session, call.id)
    if transfer is None or transfer.from_agent_id != actor.agent_id:
        raise Refused("transfer.none", ref=call.ref)
    return call, leg, transfer


async def _refuse_unless_there(session: AsyncSession, call: Call, agent: Agent, now: datetime) -> None:
    for leg in await legs.in_the_talk(session, call.id, Party.AGENT):
        if leg.agent_id == agent.id:
            raise Refused("transfer.in-it-already", ref=call.ref, name=agent.name)
    if not agent.phone:
        raise Refused("transfer.no-phone", name=agent.name)
    if agent.presence == Presence.OFFLINE or await absences.current(session, agent.id, now) is not None:
        raise Refused("transfer.not-there", name=agent.name)
