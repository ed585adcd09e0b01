"""Attempts: the call to somebody on a list, and what becomes of them by how it ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, followers, notices, references, rights
from crm_core.agents import SYSTEM, Actor
from crm_core.callcenter import call_lists, callees, calling, outgoing
from crm_core.callcenter.call_lists import CallList
from crm_core.callcenter.callees import REACHED, Callee, CalleeState, Why
from crm_core.callcenter.calls import Call
from crm_core.callcenter.claiming import drop, let_go, noted, why_not
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.states import CallState
from crm_core.company import company_of
from crm_core.company.call_lists import UNREACHED
from crm_core.contacts.consents import Purpose
from crm_core.contacts.contacts import Contact
from crm_core.errors import Invalid, Refused

BUILT_IN = (REACHED, *UNREACHED)


def known_outcomes(session: AsyncSession) -> list[str]:
    """The dispositions of the house first."""
    described = company_of(session).callcenter.dispositions
    return list(dict.fromkeys([*described, *BUILT_IN]))


async def dial(session: AsyncSession, actor: Actor, callee_id: int, now: datetime) -> Call | Why:
    """One call, as everywhere; or why they may not be called any more, and then they are off the list.

    Raises Refused for who is somebody else's or done with, for a list that is not worked, and whatever dialling does.
    """
    rights.require(actor, "calllist.work")
    callee = await _open(session, actor, callee_id, now)
    call_list = await session.get_one(CallList, callee.list_id)
    call_lists.refuse_unless_open(call_list)
    why = await why_not(session, call_list, callee)
    if why is not None:
        await drop(session, await _open(session, actor, callee_id, now, is_locked=True), why, now)
        return why
    contact = await session.get_one(Contact, callee.contact_id)
    number = await calling.number_of(session, contact)
    call = await outgoing.dial(session, actor, number, now, contact=contact, purpose=Purpose(call_list.purpose))
    # Only now: whoever holds a callee waits for nothing else any more.
    callee = await _open(session, actor, callee_id, now, is_locked=True)
    callee.state, callee.agent_id, callee.call_id = CalleeState.CALLING, actor.agent_id, call.id
    callee.let_go()
    callee.changed(now)
    await session.flush()
    await let_go(session, call.agent_id or 0, now)
    await activity.record(session, actor, "callee.called", "callee", callee.id, now, {"call": call.id})
    return call


async def _open(
    session: AsyncSession, actor: Actor, callee_id: int, now: datetime, *, is_locked: bool = False
) -> Callee:
    """Raises NotFound, and Refused for who is somebody else's or not to be called."""
    find = references.lock if is_locked else references.read
    callee = cast("Callee", await find(session, "callee", callee_id))
    await callees.refuse_unless_own(session, actor, callee, now)
    callees.refuse_unless_open(callee)
    return callee


async def settle(
    session: AsyncSession, actor: Actor, callee_id: int, outcome: str, now: datetime, *, note: str = ""
) -> Callee:
    """How a call ended that was made elsewhere, or other than the carrier told. Raises Invalid naming the outcomes."""
    rights.require(actor, "calllist.work")
    if outcome not in known_outcomes(session):
        raise Invalid("callee.outcome-unknown", text=outcome[:40], names=", ".join(known_outcomes(session)))
    callee = await callees.lock_own(session, actor, callee_id, now)
    if callee.state == CalleeState.CALLING:
        raise Refused("callee.calling-now", ref=callee.ref)
    # What was said of the last call is said anew; otherwise it was another one.
    is_anew = not callee.is_held(now) and callee.outcome is not None and callee.agent_id == actor.agent_id
    if not is_anew:
        callees.refuse_unless_open(callee)
        callee.call_id = None
    callee.let_go()
    callee.agent_id = actor.agent_id
    decided = await _decided(session, callee, outcome, now, is_anew=is_anew)
    await activity.change(session, actor, callee, "callee.settled", now, **decided, **noted(note))
    return callee


async def put_off(session: AsyncSession, actor: Actor, callee_id: int, at: datetime, now: datetime) -> Callee:
    """They are called again at a time of their own, in their hours. Raises Invalid for one that is past."""
    rights.require(actor, "calllist.work")
    if at <= now:
        raise Invalid("callee.past")
    callee = await callees.lock_own(session, actor, callee_id, now)
    if callee.state == CalleeState.CALLING or callee.why is not None:
        callees.refuse_unless_open(callee)
    callee.let_go()
    due = (await calling.opens_at(session, await session.get(Contact, callee.contact_id), at)).astimezone(UTC)
    await activity.change(session, actor, callee, "callee.put-off", now, state=CalleeState.OPEN, due_at=due)
    return callee


async def of_call(session: AsyncSession, call_id: int) -> Callee | None:
    """Whose turn a call was."""
    return await session.scalar(select(Callee).where(Callee.call_id == call_id).limit(1))


async def on_call(session: AsyncSession, call_id: int, now: datetime) -> None:
    """A call to somebody on a list is over, or how it ended was said afterwards."""
    call = await session.get_one(Call, call_id)
    if call.direction != "outbound" or not (call.is_over or call.state == CallState.WRAP_UP):
        return
    callee = await session.scalar(
        select(Callee).where(Callee.call_id == call_id).with_for_update().execution_options(populate_existing=True)
    )
    if callee is None:
        return
    outcome = await _outcome(session, call)
    if callee.state == CalleeState.CALLING and outcome is None:
        await _give_back(session, callee, now)
    elif callee.state == CalleeState.CALLING:
        await _apply(session, callee, outcome or REACHED, now, is_anew=False)
        if outcome in UNREACHED and callee.agent_id is not None:
            await notices.tell(session, callee.agent_id, "notice.callee-unreached", "callee", callee.id, now)
    elif call.disposition is not None and call.disposition != callee.outcome and callee.lease_token is None:
        await _apply(session, callee, call.disposition, now, is_anew=True)


async def _outcome(session: AsyncSession, call: Call) -> str | None:
    """None when nobody was rung: the agent did not pick up, or was gone before."""
    if call.disposition is not None:
        return call.disposition
    if call.talk_began_at is not None:
        return REACHED
    rung = select(CallLeg.id).where(
        CallLeg.call_id == call.id, CallLeg.party == Party.CUSTOMER, CallLeg.sid.is_not(None)
    )
    if await session.scalar(rung.limit(1)) is None:
        return None
    return call.carrier_status if call.carrier_status in UNREACHED else "no-answer"


async def _apply(session: AsyncSession, callee: Callee, outcome: str, now: datetime, *, is_anew: bool) -> None:
    for name, value in (await _decided(session, callee, outcome, now, is_anew=is_anew)).items():
        setattr(callee, name, value)
    callee.changed(now)
    await session.flush()
    await activity.record(session, SYSTEM, "callee.settled", "callee", callee.id, now, {"outcome": outcome})


async def _give_back(session: AsyncSession, callee: Callee, now: datetime) -> None:
    """They were not rung: it is still the agent's turn with them."""
    assert callee.agent_id is not None, "whoever is called is called by somebody"
    callee.state, callee.call_id = CalleeState.OPEN, None
    await callees.hold(session, callee, callee.agent_id, now)


async def _decided(
    session: AsyncSession, callee: Callee, outcome: str, now: datetime, *, is_anew: bool
) -> dict[str, Any]:
    """By the rule of the house: done, called again at a time in their hours, or never. `is_anew`: the last call
    ended like this and not as it was counted.
    """
    outcomes, calls = dict(callee.outcomes), callee.calls
    if is_anew and callee.outcome is not None:
        outcomes[callee.outcome] = outcomes.get(callee.outcome, 1) - 1
        calls -= 1
    outcomes[outcome] = outcomes.get(outcome, 0) + 1
    decided: dict[str, Any] = {
        "outcome": outcome,
        "outcomes": {key: count for key, count in outcomes.items() if count > 0},
        "calls": calls + 1,
        "state": CalleeState.DONE,
        "due_at": None,
        "why": None,
    }
    rules = company_of(session).callcenter.call_lists
    again = rules.retry.get(outcome)
    if outcome in rules.drop or (again is not None and (outcomes[outcome] >= again.most or calls + 1 >= rules.most)):
        decided["state"] = CalleeState.DROPPED
    elif again is not None:
        contact = await session.get(Contact, callee.contact_id)
        due = (await calling.opens_at(session, contact, now + again.after)).astimezone(UTC)
        decided |= {"state": CalleeState.OPEN, "due_at": due}
    return decided


followers.register("call", on_call)
