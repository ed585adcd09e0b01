"""Filling a call list: whom it is made of, each once, and who was left out for what reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, references, rights
from crm_core.agents import Actor
from crm_core.callcenter import call_lists, callees
from crm_core.callcenter.call_lists import CallList, ListState
from crm_core.callcenter.callees import Callee, CalleeState, Why
from crm_core.callcenter.sifting import unfit
from crm_core.contacts import tags
from crm_core.contacts.consents import Purpose
from crm_core.db import Record
from crm_core.errors import Invalid, Refused
from crm_core.sales.deals import Deal

MOST = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody who is to be called, and what for: a deal, a tag, or because a colleague said so."""

    contact_id: int | None
    deal_id: int | None = None
    tag: str | None = None


@dataclass(slots=True)
class Filled:
    """`left_out` with the reason, in the order in which they were wanted."""

    call_list: CallList
    added: int = 0
    left_out: list[tuple[Wanted, Why]] = field(default_factory=list)


async def tagged(session: AsyncSession, actor: Actor, tag: str) -> list[Wanted]:
    rights.require(actor, "contact.read")
    clean = tags.clean_tag(tag)
    return [Wanted(contact_id, tag=clean) for contact_id in await tags.tagged(session, clean, limit=MOST + 1)]


async def in_stage(session: AsyncSession, actor: Actor, stage_id: int) -> list[Wanted]:
    rights.require(actor, "deal.read")
    found = await session.execute(
        select(Deal.id, Deal.contact_id).where(Deal.stage_id == stage_id).order_by(Deal.id).limit(MOST + 1)
    )
    return [Wanted(contact_id, deal_id=deal_id) for deal_id, contact_id in found]


async def make(
    session: AsyncSession, actor: Actor, name: str, purpose: Purpose, wanted: Sequence[Wanted], now: datetime
) -> Filled:
    """Raises Invalid for too many, and whatever `call_lists.new` does."""
    rights.require(actor, "calllist.make")
    call_list = await call_lists.new(session, name, purpose, now)
    filled, _parts = await _put(session, call_list, wanted, now)
    await activity.created(session, actor, call_list, "calllist.made", now)
    return filled


async def add(session: AsyncSession, actor: Actor, list_id: int, wanted: Sequence[Wanted], now: datetime) -> Filled:
    """Behind those who are on it; whoever was taken off it is on it again. Raises Refused for one that is closed."""
    rights.require(actor, "calllist.make")
    call_list = await call_lists.lock(session, list_id)
    if call_list.state == ListState.CLOSED:
        call_lists.refuse_unless_open(call_list)
    filled, parts = await _put(session, call_list, wanted, now)
    if filled.added:
        await activity.change(session, actor, call_list, "calllist.filled", now, parts)
    return filled


async def remove(session: AsyncSession, actor: Actor, list_id: int, contact_id: int, now: datetime) -> Callee:
    """Nobody calls them from this list any more. Raises Refused for who is not on it, or is being called now."""
    rights.require(actor, "calllist.make")
    call_list = await call_lists.lock(session, list_id)
    found = await session.scalar(
        select(Callee.id).where(Callee.list_id == list_id, Callee.contact_id == contact_id).limit(1)
    )
    if found is None:
        raise Refused("calllist.not-on-it", name=call_list.name, ref=references.ref("contact", contact_id))
    callee = await callees.lock_own(session, actor, found, now)
    callees.refuse_unless_open(callee)
    callee.let_go()
    state, why = CalleeState.DROPPED, Why.REMOVED
    await activity.change(session, actor, callee, "callee.removed", now, state=state, why=why)
    return callee


async def _put(
    session: AsyncSession, call_list: CallList, wanted: Sequence[Wanted], now: datetime
) -> tuple[Filled, dict[str, Any]]:
    """With what `take_off` needs to know."""
    if len(wanted) > MOST:
        raise Invalid("calllist.too-many", limit=MOST)
    filled = Filled(call_list)
    ids = list(dict.fromkeys(one.contact_id for one in wanted if one.contact_id is not None))
    reasons = await unfit(session, ids, Purpose(call_list.purpose))
    known = await _known(session, call_list.id, ids)
    rank = await callees.last_rank(session, call_list.id)
    added: list[Callee] = []
    again: list[tuple[int, str]] = []
    for one in wanted:
        on_it = known.get(one.contact_id)
        why = reasons.get(one.contact_id) if one.contact_id is not None else Why.NO_CONTACT
        if why is None and on_it is not None and not _was_taken_off(on_it):
            why = Why.ALREADY
        if why is not None:
            filled.left_out.append((one, why))
            continue
        rank += 1
        filled.added += 1
        if on_it is not None:
            again.append((on_it.id, cast("str", on_it.why)))
            _reopen(on_it, rank, now)
        else:
            added.append(_row(call_list.id, one, rank, now))
            known[one.contact_id] = added[-1]
    session.add_all(added)
    await session.flush()
    return filled, {"callees": [callee.id for callee in added], "again": again}


def _was_taken_off(callee: Callee) -> bool:
    """For a reason besides how calling them went: it may be no more."""
    return callee.state == CalleeState.DROPPED and callee.why is not None


def _reopen(callee: Callee, rank: int, now: datetime) -> None:
    """Behind the others."""
    callee.state, callee.why, callee.due_at, callee.rank = CalleeState.OPEN, None, None, rank
    callee.changed(now)


async def _known(session: AsyncSession, list_id: int, contact_ids: list[int]) -> dict[int | None, Callee]:
    found = await session.scalars(
        select(Callee)
        .where(Callee.list_id == list_id, Callee.contact_id.in_(contact_ids))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {callee.contact_id: callee for callee in found}


def _row(list_id: int, wanted: Wanted, rank: int, now: datetime) -> Callee:
    return Callee(
        list_id=list_id,
        contact_id=wanted.contact_id,
        deal_id=wanted.deal_id,
        tag=wanted.tag,
        state=CalleeState.OPEN,
        rank=rank,
        calls=0,
        outcomes={},
        version=1,
        created_at=now,
        updated_at=now,
    )


async def take_off(session: AsyncSession, call_list: Record, parts: dict[str, Any], now: datetime) -> None:
    """Undo of adding. Raises Refused when one of them was claimed or called since."""
    begun = select(Callee.id).where(Callee.id.in_(parts["callees"]), Callee.version > 1).limit(1)
    if await session.scalar(begun) is not None:
        raise Refused("undo.changed-since", ref=references.ref("calllist", call_list.id))
    await session.execute(delete(Callee).where(Callee.id.in_(parts["callees"])))
    for callee_id, why in parts["again"]:
        callee = await callees.lock(session, callee_id)
        if callee.state == CalleeState.OPEN and not callee.is_held(now):
            callee.state, callee.why = CalleeState.DROPPED, why
            callee.changed(now)


activity.reversal("calllist.filled", take_off)
