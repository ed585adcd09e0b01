"""Transfers: a call on its way from one agent to a colleague or to somebody outside."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import outbox, phones
from crm_core.agents import Agent
from crm_core.callcenter import legs, offers, queues
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.offers import AROUND_RINGING
from crm_core.callcenter.states import UNDER_WAY, TransferState
from crm_core.db import Base, BigId, one_of
from crm_core.outbox import EffectKind

EXPIRED = "transfer.expired"


class Kind(enum.StrEnum):
    """`BLIND`: who passes it on is gone. `WARM`: they speak to the other first. `RETURN`: nobody took it, so back."""

    BLIND = "blind"
    WARM = "warm"
    RETURN = "return"


class Transfer(Base):
    """`leg_id` is the phone that is rung: `to_agent_id`'s, or `to_number` outside."""

    __tablename__ = "transfer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    kind: Mapped[str]
    state: Mapped[str]
    from_agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    to_agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    to_number: Mapped[str | None]
    leg_id: Mapped[int] = mapped_column(ForeignKey("call_leg.id"), unique=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint(one_of("kind", Kind), name="kind"),
        CheckConstraint(one_of("state", TransferState), name="state"),
        Index("ix_transfer_call_id", "call_id", "state"),
        {"sqlite_autoincrement": True},
    )

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    def end(self, state: TransferState, now: datetime) -> None:
        self.state = state
        self.ended_at = now


async def to_colleague(
    session: AsyncSession, call: Call, kind: Kind, from_agent_id: int, agent: Agent, now: datetime
) -> Transfer:
    """The agent, who must be locked, is rung. Raises Invalid without a phone, Refused when busy."""
    rings = queues.rule_of(session, call.queue or "").ring_for
    offer = await offers.make(session, call.id, agent, now, ring_for=rings)
    return await _add(session, call, kind, from_agent_id, offer.leg_id, now, to_agent_id=agent.id)


async def to_outside(
    session: AsyncSession, call: Call, kind: Kind, from_agent_id: int, number: str, now: datetime
) -> Transfer:
    leg = await legs.ring(session, call.id, number, now, party=Party.THIRD)
    transfer = await _add(session, call, kind, from_agent_id, leg.id, now, to_number=number)
    payload = {"verb": EXPIRED, "transfer": transfer.id}
    due_at = now + legs.OUTSIDE_RINGS + AROUND_RINGING
    await outbox.enqueue(session, EffectKind.TIMER, f"timer:transfer-{transfer.id}", payload, now, due_at=due_at)
    return transfer


async def _add(
    session: AsyncSession,
    call: Call,
    kind: Kind,
    from_agent_id: int,
    leg_id: int,
    now: datetime,
    *,
    to_agent_id: int | None = None,
    to_number: str | None = None,
) -> Transfer:
    transfer = Transfer(
        call_id=call.id,
        kind=kind,
        state=TransferState.RINGING,
        from_agent_id=from_agent_id,
        to_agent_id=to_agent_id,
        to_number=to_number,
        leg_id=leg_id,
        began_at=now,
    )
    session.add(transfer)
    await session.flush()
    return transfer


async def under_way(session: AsyncSession, call_id: int) -> Transfer | None:
    """At most one a call."""
    return await session.scalar(_under_way(call_id).with_for_update(key_share=True))


async def shown(session: AsyncSession, call_id: int) -> Transfer | None:
    """As `under_way`, for a reader, who holds nothing."""
    return await session.scalar(_under_way(call_id))


def _under_way(call_id: int) -> Select[Transfer]:
    live = select(Transfer).where(Transfer.call_id == call_id, Transfer.state.in_(UNDER_WAY))
    return live.order_by(Transfer.id.desc()).limit(1)


async def of_leg(session: AsyncSession, leg_id: int) -> Transfer | None:
    return await session.scalar(select(Transfer).where(Transfer.leg_id == leg_id).with_for_update(key_share=True))


async def going(session: AsyncSession, call_id: int) -> set[int]:
    """The legs of those who were only asked, and of those who passed the call on: their end may be reported late."""
    back = select(Transfer.leg_id).where(Transfer.call_id == call_id, Transfer.state == TransferState.BACK)
    passed_on = (
        select(CallLeg.id)
        .join(Transfer, (Transfer.call_id == CallLeg.call_id) & (Transfer.from_agent_id == CallLeg.agent_id))
        .where(Transfer.call_id == call_id, Transfer.state == TransferState.DONE, CallLeg.id < Transfer.leg_id)
    )
    return {*await session.scalars(back), *await session.scalars(passed_on)}


async def leg_of(session: AsyncSession, transfer: Transfer) -> CallLeg:
    return await session.get_one(CallLeg, transfer.leg_id)


async def target_name(session: AsyncSession, transfer: Transfer) -> str:
    """The colleague's name, or the number outside as people write it."""
    if transfer.to_number is not None:
        return phones.shown(transfer.to_number)
    return await session.scalar(select(Agent.name).where(Agent.id == transfer.to_agent_id)) or "–"
