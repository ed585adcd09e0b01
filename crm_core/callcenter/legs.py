"""Legs: the phone of one agent that is rung for a call. The row is there before anything is dialled."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import outbox
from crm_core.callcenter import calls, carrier
from crm_core.db import Base, BigId
from crm_core.outbox import EffectKind


class LegState(enum.StrEnum):
    """`UNKNOWN`: the dial request was sent and its answer lost; a status callback tells, nothing is dialled again."""

    CREATED = "created"
    REQUESTED = "requested"
    UNKNOWN = "unknown"
    JOINED = "joined"
    ENDED = "ended"


class CallLeg(Base):
    __tablename__ = "call_leg"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    number: Mapped[str]
    sid: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str]
    carrier_status: Mapped[str | None]
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    duration_seconds: Mapped[int | None]
    __table_args__ = (
        CheckConstraint("state IN ('created', 'requested', 'unknown', 'joined', 'ended')", name="state"),
        {"sqlite_autoincrement": True},
    )


async def ring(session: AsyncSession, call_id: int, agent_id: int, number: str, now: datetime) -> CallLeg:
    """The leg and the wish to dial it, in the caller's transaction."""
    leg = CallLeg(call_id=call_id, agent_id=agent_id, number=number, state=LegState.CREATED, created_at=now)
    session.add(leg)
    await session.flush()
    await outbox.enqueue(session, EffectKind.DIAL, address(call_id), {"leg": leg.id}, now, dedupe_key=f"dial-{leg.id}")
    return leg


async def lock_leg(session: AsyncSession, leg_id: int) -> CallLeg | None:
    """The call is locked first, as everywhere: two reports about one call never wait for each other."""
    call_id = await session.scalar(select(CallLeg.call_id).where(CallLeg.id == leg_id))
    if call_id is None:
        return None
    await calls.lock_call(session, call_id)
    return await session.scalar(select(CallLeg).where(CallLeg.id == leg_id).with_for_update())


async def live_legs(session: AsyncSession, call_id: int) -> Sequence[CallLeg]:
    found = await session.scalars(
        select(CallLeg).where(CallLeg.call_id == call_id, CallLeg.state != LegState.ENDED).order_by(CallLeg.id)
    )
    return found.all()


async def hang_up_all(session: AsyncSession, call_id: int, now: datetime) -> None:
    """The caller is gone: stop ringing agents. A leg that was never dialled just ends."""
    for leg in await live_legs(session, call_id):
        if leg.state == LegState.CREATED:
            leg.state = LegState.ENDED
            leg.ended_at = now
        else:
            await outbox.enqueue(session, EffectKind.HANG_UP, address(call_id), {"leg": leg.id}, now)
    await session.flush()


def report(leg: CallLeg, sid: str, status: str, at: datetime, duration: int | None) -> bool:
    """A status callback of the leg; True when it ended by this one. It also finds a leg whose dial answer was lost."""
    leg.sid = leg.sid or sid
    if leg.state == LegState.UNKNOWN:
        leg.state = LegState.REQUESTED
    ended = carrier.apply(leg, status, at, duration)
    if ended:
        leg.state = LegState.ENDED
    return ended


def address(call_id: int) -> str:
    """Effects on one call are delivered in order."""
    return f"twilio:call-{call_id}"
