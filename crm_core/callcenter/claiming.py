"""Claiming: whose turn it is on a call list, one at a time for each agent, and nobody for two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, db, references, rights
from crm_core.agents import SYSTEM, Actor, Agent
from crm_core.callcenter import call_lists, callees, calling
from crm_core.callcenter.call_lists import CallList, ListState
from crm_core.callcenter.callees import Callee, CalleeState, Why
from crm_core.callcenter.calls import Call
from crm_core.callcenter.sifting import unfit
from crm_core.company import company_of
from crm_core.contacts.consents import Purpose
from crm_core.contacts.contacts import Contact
from crm_core.errors import Invalid, Refused

LONGEST_NOTE = 500
MOST_PASSED = 100
"""So many are passed over in one go: a list of sleeping or unwilling people does not hold up a transaction."""


@dataclass(slots=True)
class Turn:
    """Whose turn it is; None when nobody may be called now, and `next_at` when somebody may be. `is_in_hand`: others
    have whoever is left. `passed` over: why.
    """

    call_list: CallList
    callee: Callee | None = None
    next_at: datetime | None = None
    is_in_hand: bool = False
    passed: list[tuple[int, Why]] = field(default_factory=list)


async def claim(session: AsyncSession, actor: Actor, list_id: int, now: datetime) -> Turn:
    """Whoever the actor looks at already, else the next: who is to be called again first, then in order.

    Raises Refused for a list that is not worked, while a call of the actor's is under way, and when how their last one
    ended is owed.
    """
    rights.require(actor, "calllist.work")
    if actor.agent_id is None:
        raise Invalid("rights.not-linked")
    await db.alone(session, f"call lists of {actor.agent_id}")
    call_list = await call_lists.lock_shared(session, list_id)
    call_lists.refuse_unless_open(call_list)
    await _refuse_while_calling(session, actor.agent_id)
    turn = Turn(call_list)
    for held in await _held_by(session, actor.agent_id):
        if held.list_id == list_id and turn.callee is None and await _may_be_called(session, turn, held, now):
            callees.renew(session, held, now)
            turn.callee = held
        elif held.lease_token is not None:
            held.let_go()
            held.changed(now)
    for _ in range(MOST_PASSED):
        found = await _first(session, list_id, now) if turn.callee is None else None
        if found is None:
            break
        if await _may_be_called(session, turn, found, now):
            await callees.hold(session, found, actor.agent_id, now)
            await activity.record(session, actor, "callee.claimed", "callee", found.id, now)
            turn.callee = found
    await session.flush()
    if turn.callee is None:
        turn.next_at = await next_at(session, list_id, now)
        turn.is_in_hand = await _is_in_hand(session, list_id)
    return turn


async def release(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[Callee]:
    """Whoever the actor looks at goes back to where they were."""
    rights.require(actor, "calllist.work")
    held = await let_go(session, actor.agent_id or 0, now)
    for callee in held:
        await activity.record(session, actor, "callee.released", "callee", callee.id, now)
    return held


async def skip(session: AsyncSession, actor: Actor, callee_id: int, now: datetime, *, reason: str = "") -> Callee:
    """Behind everybody else of the list. Raises Refused for who is somebody else's, or is not to be called any more."""
    rights.require(actor, "calllist.work")
    callee = await callees.lock_own(session, actor, callee_id, now)
    callees.refuse_unless_open(callee)
    callee.let_go()
    rank = await callees.last_rank(session, callee.list_id) + 1
    # Who had no time gets none to be taken back: the hours where they are may set one meanwhile.
    changed = {"rank": rank, **({"due_at": None} if callee.due_at is not None else {}), **noted(reason)}
    await activity.change(session, actor, callee, "callee.skipped", now, **changed)
    return callee


def noted(words: str) -> dict[str, str]:
    """What the next one who looks at them is told. Raises Invalid for an endless one."""
    note = " ".join(words.split())
    if len(note) > LONGEST_NOTE:
        raise Invalid("text.too-long", limit=LONGEST_NOTE)
    return {"note": note} if note else {}


async def held_by(session: AsyncSession, agent_id: int, now: datetime) -> Callee | None:
    """Whom an agent looks at."""
    return await session.scalar(
        select(Callee)
        .where(Callee.agent_id == agent_id, Callee.state == CalleeState.OPEN, Callee.lease_until > now)
        .order_by(Callee.updated_at.desc())
        .limit(1)
    )


async def last_of(session: AsyncSession, agent_id: int) -> Callee | None:
    """Whom an agent had last, on whatever list."""
    return await session.scalar(
        select(Callee).where(Callee.agent_id == agent_id).order_by(Callee.updated_at.desc(), Callee.id.desc()).limit(1)
    )


async def worked_lists(session: AsyncSession, actor: Actor) -> Sequence[CallList]:
    """Those that are open and have somebody to call."""
    rights.require(actor, "calllist.read")
    somebody = select(Callee.id).where(Callee.list_id == CallList.id, Callee.state == CalleeState.OPEN).exists()
    found = await session.scalars(
        select(CallList).where(CallList.state == ListState.OPEN, somebody).order_by(CallList.id)
    )
    return found.all()


async def next_at(session: AsyncSession, list_id: int, now: datetime) -> datetime | None:
    """When somebody is to be called again; None when nobody is."""
    return await session.scalar(
        select(func.min(Callee.due_at)).where(
            Callee.list_id == list_id, Callee.state == CalleeState.OPEN, Callee.due_at > now
        )
    )


async def _is_in_hand(session: AsyncSession, list_id: int) -> bool:
    """Looked at or called: whoever is open and due was not free."""
    looked_at = and_(Callee.state == CalleeState.OPEN, Callee.lease_token.is_not(None))
    found = select(Callee.id).where(Callee.list_id == list_id, or_(looked_at, Callee.state == CalleeState.CALLING))
    return await session.scalar(found.limit(1)) is not None


async def let_go_of(session: AsyncSession, actor: Actor, giver_id: int, _receiver_id: int, now: datetime) -> None:
    """Who leaves the house looks at nobody any more."""
    await let_go(session, giver_id, now)


async def let_go(session: AsyncSession, agent_id: int, now: datetime) -> Sequence[Callee]:
    """Of whomever they look at."""
    held = await _held_by(session, agent_id)
    for callee in held:
        callee.let_go()
        callee.changed(now)
    await session.flush()
    return held


async def _held_by(session: AsyncSession, agent_id: int) -> Sequence[Callee]:
    """Also of a lease that ran out while nobody else took it."""
    found = await session.scalars(
        select(Callee)
        .where(Callee.agent_id == agent_id, Callee.state == CalleeState.OPEN, Callee.lease_token.is_not(None))
        .order_by(Callee.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()


async def _first(session: AsyncSession, list_id: int, now: datetime) -> Callee | None:
    """Locked. Whoever is in another's hands at this moment is skipped, not waited for."""
    again = _free(list_id, now, Callee.due_at <= now).order_by(Callee.due_at, Callee.id)
    fresh = _free(list_id, now, Callee.due_at.is_(None)).order_by(Callee.rank, Callee.id)
    for query in (again, fresh):
        found = await session.scalar(query)
        if found is not None:
            return found
    return None


def _free(list_id: int, now: datetime, when: ColumnElement[bool]) -> Select[Callee]:
    return (
        select(Callee)
        .where(
            Callee.list_id == list_id,
            Callee.state == CalleeState.OPEN,
            when,
            or_(Callee.lease_until.is_(None), Callee.lease_until <= now),
        )
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


async def _may_be_called(session: AsyncSession, turn: Turn, callee: Callee, now: datetime) -> bool:
    """Whoever must not be is dropped, whoever sleeps is put off until the hours where they are."""
    why = await why_not(session, turn.call_list, callee)
    if why is not None:
        await drop(session, callee, why, now)
        turn.passed.append((callee.contact_id, why))
        return False
    opens = await calling.opens_at(session, await session.get(Contact, callee.contact_id), now)
    if opens <= now:
        return True
    callee.let_go()
    callee.due_at = opens
    callee.changed(now)
    await session.flush()
    return False


async def why_not(session: AsyncSession, call_list: CallList, callee: Callee) -> Why | None:
    """What came in the way since they were put on the list."""
    return (await unfit(session, [callee.contact_id], Purpose(call_list.purpose))).get(callee.contact_id)


async def drop(session: AsyncSession, callee: Callee, why: Why, now: datetime) -> None:
    """Not by anybody: by what is known of them."""
    callee.let_go()
    callee.state, callee.why = CalleeState.DROPPED, why
    callee.changed(now)
    await session.flush()
    await activity.record(session, SYSTEM, "callee.dropped", "callee", callee.id, now, {"why": why})


async def _refuse_while_calling(session: AsyncSession, agent_id: int) -> None:
    """One call after the other; and a house that wants to know how each ended hears it first."""
    under_way = await session.scalar(
        select(Callee).where(Callee.agent_id == agent_id, Callee.state == CalleeState.CALLING).limit(1)
    )
    if under_way is not None:
        ref = references.ref("call", under_way.call_id) if under_way.call_id is not None else under_way.ref
        raise Refused("callee.calling-now", ref=ref)
    if not company_of(session).callcenter.disposition_required:
        return
    owed = await session.scalar(
        select(Call)
        .join(Callee, Callee.call_id == Call.id)
        .join(Agent, Agent.id == Call.agent_id)
        .where(
            Callee.agent_id == agent_id,
            Agent.id == agent_id,
            Call.disposition.is_(None),
            Call.talk_began_at.is_not(None),
            Agent.presence == "wrap-up",
        )
        .limit(1)
    )
    if owed is not None:
        raise Refused("callee.outcome-owed", ref=owed.ref)
