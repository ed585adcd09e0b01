"""Cut off by bad reception: who calls again soon is asked once whether they want to go on where they were."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm_core.callcenter import calls, told
from crm_core.callcenter.calls import OUTBOUND, Call
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.states import CallState
from crm_core.company import CollectDigits, CollectWords, MyTickets, OpenTicket, company_of

_MOST_CALLS = 5
RESUMING = "resuming"
"""What `call.ivr` is asking while the question is open."""


class Where(enum.StrEnum):
    """Where they were when the line went: telling the menu, waiting, talking to somebody."""

    TELLING = "telling"
    WAITING = "waiting"
    TALKING = "talking"


@dataclass(frozen=True, slots=True)
class Cut:
    call: Call
    where: Where


def within(session: AsyncSession) -> timedelta:
    return timedelta(minutes=company_of(session).callcenter.cut_off_minutes)


def may_be(session: AsyncSession, last_ended_at: datetime | None, now: datetime) -> bool:
    """Whether it is worth a look, by when the newest call from that number ended."""
    return last_ended_at is not None and last_ended_at > now - within(session)


async def find(session: AsyncSession, call_id: int, number: str | None, now: datetime, *, is_open: bool) -> Cut | None:
    """The newest from that number that nobody was asked about yet; it is held until the end of the transaction.

    While the house is closed there is nobody to wait for.
    """
    if number is None or not within(session):
        return None
    recent = await session.scalars(
        select(Call)
        .where(
            Call.from_number == number,
            Call.direction == "inbound",
            Call.id < call_id,
            Call.ended_at > now - within(session),
            ~came_back(),
            ~_rung_since(number),
        )
        .order_by(Call.id.desc())
        .limit(_MOST_CALLS)
    )
    for call in recent.all():
        cut = await of(session, call)
        if cut is not None and (is_open or cut.where == Where.TELLING) and await _is_ours(session, call):
            return cut
    return None


async def of(session: AsyncSession, call: Call) -> Cut | None:
    """How the call was cut; None for who hung up of their own accord, as far as anybody can tell."""
    if call.state == CallState.ABANDONED:
        return Cut(call, Where.WAITING)
    if call.talk_began_at is not None:
        return Cut(call, Where.TALKING) if await _somebody_was_there(session, call) else None
    is_half_told = call.state == CallState.DONE and _is_half_told(session, call)
    return Cut(call, Where.TELLING) if is_half_told else None


async def cut_again(session: AsyncSession, call: Call) -> None:
    """Who is gone before they could answer may be asked the next time."""
    if call.resumes_id is not None and call.ivr.get("asking") == RESUMING:
        call.resumes_id = None
        await session.flush()


async def agent_left(session: AsyncSession, call: Call) -> int | None:
    """Who was talking to the caller when the line went, once the caller wants to go on with it."""
    if went_on(call) != Where.TALKING or call.resumes_id is None:
        return None
    return await session.scalar(select(Call.agent_id).where(Call.id == call.resumes_id))


def went_on(call: Call) -> Where | None:
    """Where the caller was cut off, for who wanted to go on there."""
    where = call.ivr.get("went_on")
    return Where(where) if where is not None else None


def came_back() -> ColumnElement[bool]:
    """Of a row of Call: its caller called again in time."""
    return exists().where(aliased(Call, name="later").resumes_id == Call.id)


def _rung_since(number: str) -> ColumnElement[bool]:
    """Somebody here has called them about it meanwhile."""
    ours = aliased(Call, name="ours")
    talked = (ours.direction == OUTBOUND, ours.to_number == number, ours.talk_began_at.is_not(None))
    return exists().where(*talked, ours.talk_began_at > Call.ended_at)


async def _is_ours(session: AsyncSession, call: Call) -> bool:
    """Of two who call at once from one number one is asked."""
    await calls.lock_call(session, call.id)
    return await session.scalar(select(Call.id).where(Call.resumes_id == call.id)) is None


async def _somebody_was_there(session: AsyncSession, call: Call) -> bool:
    """By the carrier's own times: reports of both sides come in any order."""
    legs = await session.scalars(
        select(CallLeg).where(
            CallLeg.call_id == call.id,
            CallLeg.party.in_([Party.AGENT, Party.THIRD]),
            CallLeg.joined_at.is_not(None),
        )
    )
    ended = call.ended_at
    return ended is not None and any(leg.ended_at is None or leg.ended_at >= ended for leg in legs.all())


def _is_half_told(session: AsyncSession, call: Call) -> bool:
    """Something was said or given on the way to a ticket that was not sent."""
    has_told = bool(told.whole(call.ivr))
    match company_of(session).phone.nodes.get(call.ivr.get("node", "")):
        case MyTickets():
            return has_told
        case OpenTicket():
            return has_told or (bool(call.ivr.get("collected")) and "ticket" not in call.ivr)
        case CollectDigits() | CollectWords():
            return bool(call.ivr.get("collected"))
        case _:
            return False
