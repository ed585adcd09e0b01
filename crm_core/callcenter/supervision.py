"""Supervision: a lead hears a talk, speaks to the agent alone, or joins in. Off unless the company file turns it on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, agents, notices, outbox, rights
from crm_core.agents import SYSTEM, Actor, Agent, Presence
from crm_core.callcenter import calls, legs, rooms, taping, work
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, Mode, Party
from crm_core.callcenter.offers import AROUND_RINGING
from crm_core.callcenter.states import CallState, LegState
from crm_core.company import company_of
from crm_core.errors import Invalid, Refused
from crm_core.message import say
from crm_core.outbox import EffectKind

EXPIRED = "supervision.expired"
_UP_TO = {"off": 0, Mode.LISTEN: 1, Mode.WHISPER: 2, Mode.BARGE: 3}


async def supervise(session: AsyncSession, actor: Actor, call_id: int, mode: Mode, now: datetime) -> Call:
    """The lead's phone is rung; who is in the talk already goes on in another way.

    Raises Refused where the house does not allow it, and for a talk that is one's own or none.
    """
    rights.require(actor, "call.supervise")
    if actor.agent_id is None:
        raise Invalid("rights.not-linked")
    call = await calls.lock_call(session, call_id)
    _refuse_unless_allowed(session, mode)
    calls.refuse_unless(call, CallState.TALKING, CallState.HOLD)
    for leg in await legs.live_legs(session, call.id):
        if leg.agent_id == actor.agent_id and leg.party == Party.AGENT:
            raise Refused("supervision.own-talk", ref=call.ref)
        if leg.agent_id == actor.agent_id:
            await _go_on_as(session, actor, call, leg, mode, now)
            return call
    agent = await work.lock_agent(session, actor.agent_id)
    if not agent.phone:
        raise Invalid("agent.no-phone")
    await work.reserve(session, agent, now)
    leg = await legs.ring(session, call.id, agent.phone, now, party=Party.SUPERVISOR, agent_id=agent.id, mode=mode)
    due_at = now + legs.OUTSIDE_RINGS + AROUND_RINGING
    payload = {"verb": EXPIRED, "leg": leg.id}
    await outbox.enqueue(session, EffectKind.TIMER, f"timer:supervision-{leg.id}", payload, now, due_at=due_at)
    return call


async def on_expired(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """No report ever came: the lead is free all the same."""
    leg = await legs.lock_leg(session, payload["leg"])
    if leg is None or leg.was_joined or leg.is_over or leg.agent_id is None:
        return
    await legs.hang_up(session, leg, now)
    await work.free(session, leg.agent_id, now)


async def joined(session: AsyncSession, leg: CallLeg, now: datetime) -> Call | None:
    """The lead pressed 1. None when the talk is over. The agent is told who it is."""
    call = await calls.lock_call(session, leg.call_id)
    if call.state not in {CallState.TALKING, CallState.HOLD} or leg.agent_id is None or leg.is_over:
        return None
    leg.advance(LegState.JOINED)
    leg.joined_at = now
    await work.become(session, await work.lock_agent(session, leg.agent_id), Presence.ON_CALL, now)
    await _told(session, await _actor(session, leg), call, leg, now)
    return call


async def ended(session: AsyncSession, leg: CallLeg, now: datetime) -> None:
    """It changes nothing for the talk."""
    call = await calls.lock_call(session, leg.call_id)
    if leg.agent_id is None:
        return
    await work.free(session, leg.agent_id, now)
    if leg.was_joined:
        await activity.record(session, await _actor(session, leg), "call.supervision-ended", "call", call.id, now)
        if not call.is_over:
            await calls.changed(session, call, now)


async def coached_leg(session: AsyncSession, call: Call) -> CallLeg | None:
    """Who hears the one who whispers: the agent whose call it is."""
    there = await legs.in_the_talk(session, call.id, Party.AGENT)
    return next((leg for leg in there if leg.agent_id == call.agent_id), None)


async def company_in(session: AsyncSession, call_id: int) -> list[tuple[str, str]]:
    """Name and mode of everybody who is there beside the talk."""
    there = await legs.in_the_talk(session, call_id, Party.SUPERVISOR)
    return [(await agents.name_of(session, leg.agent_id), leg.mode or Mode.LISTEN) for leg in there]


async def _go_on_as(session: AsyncSession, actor: Actor, call: Call, leg: CallLeg, mode: Mode, now: datetime) -> None:
    """Who is still rung is in it as they wished last."""
    if leg.mode == mode:
        return
    leg.mode = mode
    if not leg.was_joined:
        await session.flush()
        return
    coached = await coached_leg(session, call) if mode == Mode.WHISPER else None
    wished = {"muted": mode == Mode.LISTEN, "coached": coached.id if coached is not None else None}
    await rooms.change(session, call, leg, now, **wished)
    await _told(session, actor, call, leg, now)


async def _told(session: AsyncSession, actor: Actor, call: Call, leg: CallLeg, now: datetime) -> None:
    await activity.record(session, actor, "call.supervised", "call", call.id, now, {"mode": leg.mode})
    if leg.mode == Mode.BARGE:
        await taping.stop(session, call, now)
    if call.agent_id is not None:
        name = await agents.name_of(session, leg.agent_id)
        told = f"notice.supervision-{leg.mode}"
        if not await notices.tell(session, call.agent_id, told, "call", call.id, now, name=name):
            await _whisper(session, call, leg, now)
    await calls.changed(session, call, now)


async def _whisper(session: AsyncSession, call: Call, leg: CallLeg, now: datetime) -> None:
    """Whoever no chat reaches hears who it is; nobody else does."""
    theirs = await coached_leg(session, call)
    if theirs is not None:
        await rooms.change(session, call, theirs, now, told=leg.id)


async def _actor(session: AsyncSession, leg: CallLeg) -> Actor:
    agent = await session.get(Agent, leg.agent_id)
    return agents.actor_of(agent, "phone") if agent is not None else SYSTEM


def _refuse_unless_allowed(session: AsyncSession, mode: Mode) -> None:
    allowed = company_of(session).callcenter.supervision
    if allowed == "off":
        raise Refused("supervision.off")
    if _UP_TO[mode] > _UP_TO[allowed]:
        raise Refused("supervision.only", mode=say(f"supervision.mode-{allowed}"))
