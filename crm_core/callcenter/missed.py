"""Missed calls: who gave up waiting, and nobody has talked to them since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm_core.callcenter import cut_off
from crm_core.callcenter.calls import OUTBOUND, Call
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import FINAL, CallState

LOOKED_BACK = timedelta(days=3)
MOST = 20
# Whoever called again and came so far is in somebody's hands, or counts anew.
_NEWER = (CallState.ABANDONED, CallState.CALLBACK, CallState.VOICEMAIL)


async def to_return(session: AsyncSession, now: datetime, limit: int = MOST) -> Sequence[Call]:
    """One a number, newest first; of the last days, since older ones are no use to anybody."""
    found = await session.scalars(
        select(Call)
        .join(QueueEntry, QueueEntry.call_id == Call.id)
        .where(QueueEntry.joined_at > now - LOOKED_BACK, *_is_missed())
        .order_by(QueueEntry.joined_at.desc())
        .limit(limit)
    )
    return found.all()


async def still_missed(session: AsyncSession, call_id: int) -> Call | None:
    return await session.scalar(select(Call).where(Call.id == call_id, *_is_missed()))


def _is_missed() -> list[ColumnElement[bool]]:
    return [
        Call.state == CallState.ABANDONED,
        Call.direction == "inbound",
        Call.from_number.is_not(None),
        ~_called_again(),
        ~cut_off.came_back(),
        *(~talked for talked in _talked_to()),
    ]


def _called_again() -> ColumnElement[bool]:
    later = aliased(Call)
    is_newer = or_(later.state.in_(_NEWER), later.state.not_in(FINAL))
    return exists().where(later.from_number == Call.from_number, later.id > Call.id, is_newer)


def _talked_to() -> list[ColumnElement[bool]]:
    """By the number they called from, by the one that was called, or by the contact: each has its own index."""
    later = aliased(Call)
    # A call that was written down afterwards has no beginning of a talk.
    talked = or_(later.talk_began_at.is_not(None), and_(later.direction == "outbound", later.state == CallState.DONE))
    same = (
        later.from_number == Call.from_number,
        and_(later.direction == OUTBOUND, later.to_number == Call.from_number),
        later.contact_id == Call.contact_id,
    )
    return [exists().where(condition, later.id > Call.id, talked) for condition in same]
