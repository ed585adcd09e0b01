"""Dialling: whether a phone is still to be rung when its turn comes, and once more where the carrier refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import outbox
from crm_core.callcenter import legs, offers, transfers
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.states import LegState, TransferState
from crm_core.lease import State
from crm_core.outbox import Effect, EffectKind

MOST_DIALS = 3


async def is_wanted(session: AsyncSession, leg: CallLeg) -> bool:
    """The caller, or who asked for it, may be gone before the phone was rung."""
    call = await session.get_one(Call, leg.call_id)
    offer = await offers.of_leg(session, leg.id)
    if call.is_over or (offer is not None and offer.ended_at is not None):
        return False
    if leg.party == Party.THIRD:
        transfer = await transfers.of_leg(session, leg.id)
        return transfer is not None and transfer.state == TransferState.RINGING
    return leg.party != Party.CUSTOMER or bool(await legs.in_the_talk(session, call.id, Party.AGENT))


def is_unsent(leg: CallLeg) -> bool:
    """Also of one that the carrier refused: it has no number there."""
    return leg.state == LegState.CREATED or (leg.state == LegState.UNKNOWN and leg.sid is None)


async def again(session: AsyncSession, leg: CallLeg, now: datetime) -> bool:
    """The carrier said no with a fault of its own, and knows of no such call: it is asked once more. Some times."""
    if leg.is_over:
        return False
    number = (await session.scalar(select(func.count()).where(*_dials_of(leg.id))) or 0) + 1
    if number > MOST_DIALS:
        return False
    key = f"{legs.dial_key(leg.id)}-{number}"
    await outbox.enqueue(session, EffectKind.DIAL, legs.dial_address(leg.id), {"leg": leg.id}, now, dedupe_key=key)
    return True


async def last_tried(session: AsyncSession, leg: CallLeg) -> datetime:
    tried = select(func.max(Effect.attempted_at)).where(*_dials_of(leg.id))
    return max(leg.created_at, await session.scalar(tried) or leg.created_at)


async def is_under_way(session: AsyncSession, leg_id: int, check: Effect) -> bool:
    """It is about to be dialled once more, or looked for after this check: that one decides.

    Nothing else dials once more than the check of a refused dial, so it decides unless it has done so before.
    """
    dials = _dials_of(leg_id)
    if check.payload.get("refused"):
        decided = and_(*dials, Effect.id > check.id)
    else:
        once_more = and_(*dials, Effect.attempted_at.is_(None), Effect.dedupe_key != legs.dial_key(leg_id))
        later = and_(Effect.address == legs.check_address(leg_id), Effect.id > check.id)
        decided = and_(Effect.state == State.PENDING, or_(once_more, later))
    return await session.scalar(select(Effect.id).where(decided).limit(1)) is not None


def _dials_of(leg_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Effect.address == legs.dial_address(leg_id), Effect.kind == EffectKind.DIAL)
