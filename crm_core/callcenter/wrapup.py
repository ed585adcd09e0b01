"""Wrap-up: what an agent still writes down after a talk, and how it ended for the books."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, followers, notices, outbox, rights
from crm_core.agents import Actor, Agent, Presence, Role
from crm_core.callcenter import calls, legs, routing, work
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import Party
from crm_core.callcenter.states import CallState
from crm_core.company import company_of
from crm_core.errors import Invalid, NotAllowed, Refused
from crm_core.message import say
from crm_core.outbox import EffectKind

ENDED = "call.wrap-up-ended"


async def begin(session: AsyncSession, call: Call, agent_id: int, now: datetime) -> None:
    """The agent is off the phone. Without a wrap-up in this house they are free at once.

    A disposition is owed by who has the call at the end, not by who passed it on.
    """
    rules = company_of(session).callcenter
    is_wanted = rules.wrap_up or _owes(session, call, agent_id)
    agent = await work.lock_agent(session, agent_id)
    if not is_wanted or agent.presence != Presence.ON_CALL:
        await _end(session, call, agent_id, now)
        return
    await work.become(session, agent, Presence.WRAP_UP, now)
    until = now + rules.wrap_up
    if call.agent_id == agent_id:
        call.wrap_up_until = until
    await session.flush()
    payload = {"verb": ENDED, "call": call.id, "agent": agent_id, "since": now.isoformat()}
    address = f"timer:wrap-up-{call.id}-{agent_id}"
    await outbox.enqueue(session, EffectKind.TIMER, address, payload, now, due_at=until)


async def on_ended(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """The time is over. Who still owes a disposition is told, and offered nothing until it is there."""
    call = await calls.lock_call(session, payload["call"])
    agent = await work.lock_agent(session, payload["agent"])
    was_ended = call.agent_id == agent.id and call.wrap_up_until is None
    if (
        was_ended
        or agent.presence != Presence.WRAP_UP
        or agent.presence_since != datetime.fromisoformat(payload["since"])
    ):
        return
    if _owes(session, call, agent.id):
        await notices.tell(session, agent.id, "notice.disposition-missing", "call", call.id, now)
        return
    await _end(session, call, agent.id, now)


async def lock_own(session: AsyncSession, agent_id: int) -> Call | None:
    """The call that an agent is writing down, locked as everywhere before the agent is."""
    query = select(Call.id).where(Call.agent_id == agent_id, Call.wrap_up_until.is_not(None))
    call_id = await session.scalar(query.order_by(Call.id.desc()).limit(1))
    return await calls.lock_call(session, call_id) if call_id is not None else None


async def end_early(session: AsyncSession, actor: Actor, agent: Agent, call: Call | None, now: datetime) -> bool:
    """Of an agent who is locked and says that they are available. False while they are not at it, or owe something."""
    if agent.presence != Presence.WRAP_UP or (call is not None and _owes(session, call, agent.id)):
        return False
    agent.presence_next = agent.presence_reason = None
    await session.flush()
    said = {"before": {"presence": Presence.WRAP_UP}, "after": {"presence": Presence.AVAILABLE}}
    await activity.record(session, actor, "agent.presence-set", "agent", agent.id, now, said)
    if call is None:
        await work.free(session, agent.id, now)
        await routing.match_all(session, now)
    else:
        await _end(session, call, agent.id, now)
    return True


async def finish(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Call:
    """One's own, before its time is over. Raises Refused for who is not writing this call down, or owes something."""
    rights.require(actor, "call.dispose")
    call = await calls.lock_call(session, call_id)
    if actor.agent_id is None or call.agent_id != actor.agent_id or call.wrap_up_until is None:
        raise Refused("call.not-wrapping-up", ref=call.ref)
    agent = await work.lock_agent(session, actor.agent_id)
    if not await end_early(session, actor, agent, call, now):
        names = company_of(session).callcenter.dispositions
        listed = ", ".join(name.get(actor.language, key) for key, name in names.items())
        raise Refused("agent.owes-disposition", ref=call.ref, names=listed)
    await cards.refresh(session, "call", call.id, now)
    return call


async def owed_by(session: AsyncSession, agent_id: int) -> Call | None:
    """The talk whose disposition keeps an agent from the next one."""
    query = select(Call).where(Call.agent_id == agent_id, Call.wrap_up_until.is_not(None))
    call = await session.scalar(query.order_by(Call.id.desc()).limit(1))
    return call if call is not None and _owes(session, call, agent_id) else None


async def dispose(
    session: AsyncSession, actor: Actor, call_id: int, disposition: str, now: datetime, *, note: str = ""
) -> Call:
    """One's own call, or any for a lead. It ends the wrap-up. Raises Invalid naming the dispositions there are."""
    rights.require(actor, "call.dispose")
    call = await calls.lock_call(session, call_id)
    if call.agent_id != actor.agent_id and (actor.role is None or actor.role < Role.LEAD):
        raise NotAllowed("rights.role", role=say("agent.role-agent"))
    known = company_of(session).callcenter.dispositions
    if disposition not in known:
        names = ", ".join(name.get(actor.language, key) for key, name in known.items())
        raise Invalid("call.disposition-unknown", text=disposition[:40], names=names or "–")
    changed = {"note": calls.with_note(call, note)} if note.strip() else {}
    await activity.change(session, actor, call, "call.disposed", now, disposition=disposition, **changed)
    if call.agent_id is not None:
        agent = await work.lock_agent(session, call.agent_id)
        if agent.presence == Presence.WRAP_UP and call.wrap_up_until is not None:
            await _end(session, call, agent.id, now)
    await cards.refresh(session, "call", call.id, now)
    await followers.tell(session, "call", call.id, now)
    return call


async def interrupt(session: AsyncSession, call: Call, now: datetime) -> None:
    """The caller is back: who had them may take them again at once, unless a disposition is owed first."""
    if call.agent_id is None or call.wrap_up_until is None or _owes(session, call, call.agent_id):
        return
    await _done(session, call, call.agent_id, now)


async def over(session: AsyncSession, call: Call, now: datetime) -> None:
    """The caller is gone after a talk: done, unless somebody is still at it."""
    await calls.move_to(session, call, CallState.WRAP_UP, now)
    if call.agent_id is None:
        await calls.move_to(session, call, CallState.DONE, now)
        return
    live = await legs.live_legs(session, call.id, Party.AGENT)
    is_at_it = call.wrap_up_until is not None or any(leg.was_joined for leg in live if leg.agent_id == call.agent_id)
    if not is_at_it:
        await calls.move_to(session, call, CallState.DONE, now)


async def _end(session: AsyncSession, call: Call, agent_id: int, now: datetime) -> None:
    """Free for the next caller."""
    await _done(session, call, agent_id, now)
    await routing.match_all(session, now)


async def _done(session: AsyncSession, call: Call, agent_id: int, now: datetime) -> None:
    """Who passed the call on leaves it to the other to end it."""
    await work.free(session, agent_id, now)
    if call.agent_id == agent_id:
        call.wrap_up_until = None
        await session.flush()
        if call.state == CallState.WRAP_UP:
            await calls.move_to(session, call, CallState.DONE, now)


def _owes(session: AsyncSession, call: Call, agent_id: int) -> bool:
    is_required = company_of(session).callcenter.disposition_required
    return is_required and call.disposition is None and call.agent_id == agent_id
