"""Legs: a phone that is rung for a call, an agent's or the customer's. The row is there before anything is dialled."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import outbox
from crm_core.callcenter import calls, carrier, work
from crm_core.callcenter.states import FINAL_LEG, LegState, further
from crm_core.db import Base, BigId, one_of
from crm_core.outbox import EffectKind

# Of customers and others outside; agents ring as long as their queue says.
OUTSIDE_RINGS = timedelta(seconds=40)
# Written out, not bound: so that both databases see that the partial index serves.
LIVE = f"NOT ({one_of('state', sorted(FINAL_LEG))})"
_REPORTED = {
    "queued": LegState.QUEUED,
    "initiated": LegState.INITIATED,
    "ringing": LegState.RINGING,
    "in-progress": LegState.ANSWERED,
    "busy": LegState.BUSY,
    "no-answer": LegState.NO_ANSWER,
    "failed": LegState.FAILED,
    "canceled": LegState.CANCELED,
    "completed": LegState.COMPLETED,
}


class Party(enum.StrEnum):
    """`SUPERVISOR`: a lead who listens, whispers or joins. `THIRD`: somebody outside, consulted or connected."""

    AGENT = "agent"
    CUSTOMER = "customer"
    SUPERVISOR = "supervisor"
    THIRD = "third"


class Mode(enum.StrEnum):
    """What a supervisor does: hear both, be heard by the agent alone, be heard by both."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


class CallLeg(Base):
    """`number` is a phone number or a SIP address. `joined_at`: when they came into the conference of the call.

    `mode` is a supervisor's.
    """

    __tablename__ = "call_leg"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    party: Mapped[str]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    number: Mapped[str]
    sid: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str]
    carrier_status: Mapped[str | None]
    mode: Mapped[str | None]
    is_muted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    duration_seconds: Mapped[int | None]
    __table_args__ = (
        CheckConstraint(one_of("state", LegState), name="state"),
        CheckConstraint(one_of("party", Party), name="party"),
        CheckConstraint(one_of("mode", Mode), name="mode"),
        Index("ix_call_leg_live", "id", sqlite_where=text(LIVE), postgresql_where=text(LIVE)),
        {"sqlite_autoincrement": True},
    )

    @property
    def is_over(self) -> bool:
        return self.state in FINAL_LEG

    @property
    def was_joined(self) -> bool:
        return self.joined_at is not None

    def advance(self, state: LegState) -> None:
        """Never backwards, whatever comes late."""
        self.state = further(LegState(self.state), state)


async def ring(
    session: AsyncSession,
    call_id: int,
    number: str,
    now: datetime,
    *,
    party: Party,
    agent_id: int | None = None,
    mode: Mode | None = None,
) -> CallLeg:
    """The leg and the wish to dial it, in the caller's transaction."""
    leg = CallLeg(
        call_id=call_id,
        party=party,
        agent_id=agent_id,
        number=number,
        mode=mode,
        state=LegState.CREATED,
        is_muted=False,
        created_at=now,
    )
    session.add(leg)
    await session.flush()
    await outbox.enqueue(
        session, EffectKind.DIAL, dial_address(leg.id), {"leg": leg.id}, now, dedupe_key=dial_key(leg.id)
    )
    return leg


async def lock_leg(session: AsyncSession, leg_id: int) -> CallLeg | None:
    """The call is locked first, as everywhere: two reports about one call never wait for each other."""
    call_id = await session.scalar(select(CallLeg.call_id).where(CallLeg.id == leg_id))
    if call_id is None:
        return None
    await calls.lock_call(session, call_id)
    return await session.scalar(
        select(CallLeg)
        .where(CallLeg.id == leg_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def live_legs(session: AsyncSession, call_id: int, party: Party | None = None) -> Sequence[CallLeg]:
    query = select(CallLeg).where(CallLeg.call_id == call_id, CallLeg.state.not_in(FINAL_LEG)).order_by(CallLeg.id)
    if party is not None:
        query = query.where(CallLeg.party == party)
    return (await session.scalars(query)).all()


async def in_the_talk(session: AsyncSession, call_id: int, *parties: Party) -> list[CallLeg]:
    """Those of the parties who have joined and not gone, in the order in which they were rung."""
    return [leg for leg in await live_legs(session, call_id) if leg.was_joined and leg.party in parties]


async def hang_up(session: AsyncSession, leg: CallLeg, now: datetime) -> None:
    """A leg that was never dialled just ends, and its agent is free; of any other the carrier reports the end."""
    if leg.state == LegState.CREATED:
        leg.state = LegState.CANCELED
        leg.ended_at = now
        await session.flush()
        if leg.agent_id is not None:
            await work.free(session, leg.agent_id, now)
    elif not leg.is_over:
        key = f"hang-up-{leg.id}"
        await outbox.enqueue(session, EffectKind.HANG_UP, dial_address(leg.id), {"leg": leg.id}, now, dedupe_key=key)
    await session.flush()


async def hang_up_all(session: AsyncSession, call_id: int, now: datetime, party: Party | None = None) -> None:
    """The caller is gone: nobody is rung for them any more, and nobody talks to them."""
    for leg in await live_legs(session, call_id, party):
        await hang_up(session, leg, now)


async def known_sids(session: AsyncSession, sids: Sequence[str]) -> set[str]:
    return {sid for sid in await session.scalars(select(CallLeg.sid).where(CallLeg.sid.in_(sids))) if sid is not None}


def report(leg: CallLeg, sid: str, status: str, at: datetime, duration: int | None) -> bool:
    """What the carrier says of the leg; True when it ended by this. It also finds a leg whose dial answer was lost."""
    leg.sid = leg.sid or sid
    ended = carrier.apply(leg, status, at, duration)
    leg.advance(_REPORTED[status])
    return ended


def address(call_id: int) -> str:
    """Effects on one call are delivered in order."""
    return f"twilio:call-{call_id}"


def dial_key(leg_id: int) -> str:
    """A leg is dialled once."""
    return f"dial-{leg_id}"


def check_address(leg_id: int) -> str:
    return f"twilio:check-leg-{leg_id}"


def dial_address(leg_id: int) -> str:
    """Several phones that are rung for one call do not wait for each other."""
    return f"twilio:leg-{leg_id}"
