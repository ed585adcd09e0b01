"""Offers: one agent is rung for one caller. The first who takes it has the caller; the others are told and free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import outbox
from crm_core.agents import Agent
from crm_core.callcenter import legs, work
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.states import OfferState
from crm_core.db import Base, BigId, one_of
from crm_core.errors import Invalid
from crm_core.outbox import EffectKind

EXPIRED = "offer.expired"
# For the dialling before the ringing, and the key after it.
AROUND_RINGING = timedelta(seconds=25)
ASKED_BEFORE = timedelta(seconds=8)
TAKEN = (OfferState.OPEN, OfferState.ACCEPTED)


class Offer(Base):
    """`is_by_hand`: the agent asked for it on a card."""

    __tablename__ = "offer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    leg_id: Mapped[int] = mapped_column(ForeignKey("call_leg.id"), unique=True)
    queue: Mapped[str | None]
    state: Mapped[str]
    is_by_hand: Mapped[bool]
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint(one_of("state", OfferState), name="state"),
        Index("ix_offer_call_id", "call_id", "state"),
        Index("ix_offer_agent_id", "agent_id", "offered_at"),
        {"sqlite_autoincrement": True},
    )

    def end(self, state: OfferState, now: datetime) -> None:
        self.state = state
        self.ended_at = now


async def make(
    session: AsyncSession,
    call_id: int,
    agent: Agent,
    now: datetime,
    *,
    ring_for: timedelta,
    queue: str | None = None,
) -> Offer:
    """The agent, who must be locked, is reserved and their phone rung. Raises Invalid without one, Refused if busy."""
    if not agent.phone:
        raise Invalid("agent.no-phone")
    await work.reserve(session, agent, now)
    leg = await legs.ring(session, call_id, agent.phone, now, party=Party.AGENT, agent_id=agent.id)
    offer = Offer(
        call_id=call_id,
        agent_id=agent.id,
        leg_id=leg.id,
        queue=queue,
        state=OfferState.OPEN,
        is_by_hand=False,
        offered_at=now,
        expires_at=now + ring_for + AROUND_RINGING,
    )
    session.add(offer)
    await session.flush()
    await expire_at(session, offer, now)
    return offer


async def expire_at(session: AsyncSession, offer: Offer, now: datetime) -> None:
    """For when no report ever comes: the carrier is asked first, since who said no has missed nothing."""
    payload = {"verb": EXPIRED, "offer": offer.id}
    address = f"timer:offer-{offer.id}"
    for due_at in (offer.expires_at - ASKED_BEFORE, offer.expires_at):
        await outbox.enqueue(session, EffectKind.TIMER, address, payload, now, due_at=due_at)


async def withdraw(session: AsyncSession, call_id: int, now: datetime, *, but: int | None = None) -> None:
    """Their phones stop ringing; each agent is free when theirs does."""
    for offer in await open_of(session, call_id):
        if offer.id == but:
            continue
        offer.end(OfferState.WITHDRAWN, now)
        await legs.hang_up(session, await session.get_one(CallLeg, offer.leg_id), now)
    await session.flush()


async def open_of(session: AsyncSession, call_id: int) -> Sequence[Offer]:
    """Not yet ended: somebody is rung, or has accepted and not picked up."""
    found = await session.scalars(
        select(Offer)
        .where(Offer.call_id == call_id, Offer.state.in_(TAKEN), Offer.ended_at.is_(None))
        .order_by(Offer.id)
        .with_for_update(key_share=True)
    )
    return found.all()


async def anybody_rung(session: AsyncSession, call_id: int) -> bool:
    """For a reader, who holds nothing."""
    ringing = select(Offer.id).where(Offer.call_id == call_id, Offer.state.in_(TAKEN), Offer.ended_at.is_(None))
    return await session.scalar(ringing.limit(1)) is not None


async def of_leg(session: AsyncSession, leg_id: int) -> Offer | None:
    return await session.scalar(select(Offer).where(Offer.leg_id == leg_id).with_for_update(key_share=True))


async def asked_so_far(session: AsyncSession, call_id: int) -> tuple[dict[int, int], set[int]]:
    """How often this caller was offered to each agent, and who said no."""
    rows = (await session.execute(select(Offer.agent_id, Offer.state).where(Offer.call_id == call_id))).all()
    times = Counter(agent_id for agent_id, _state in rows)
    return dict(times), {agent_id for agent_id, state in rows if state == OfferState.DECLINED}
