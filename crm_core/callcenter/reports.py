"""What the carrier tells of a leg, unasked or when it is asked: in any order, any number of times, with one result."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import Presence
from crm_core.callcenter import checking, legs, outgoing, passed, supervision, talks, work
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.states import LegState


async def of_leg(
    session: AsyncSession, leg: CallLeg, sid: str, status: str, at: datetime, duration: int | None, now: datetime
) -> None:
    """Of a leg that is locked."""
    was_over = leg.is_over
    ended = legs.report(leg, sid, status, at, duration)
    await session.flush()
    if leg.state == LegState.RINGING and leg.agent_id is not None:
        agent = await work.lock_agent(session, leg.agent_id)
        if agent.presence == Presence.RESERVED:
            await work.become(session, agent, Presence.RINGING, now)
    if ended and not was_over:
        await gone(session, leg, now)
        await checking.soon(session, leg.call_id, now)


async def gone(session: AsyncSession, leg: CallLeg, now: datetime) -> None:
    """The leg is over, by a report or because nobody could be dialled."""
    match Party(leg.party):
        case Party.AGENT:
            await talks.leg_ended(session, leg, now)
        case Party.CUSTOMER:
            await outgoing.customer_ended(session, leg, now)
        case Party.THIRD:
            await passed.third_ended(session, leg, now)
        case Party.SUPERVISOR:
            await supervision.ended(session, leg, now)
        case _ as unknown:
            assert_never(unknown)


async def never_dialled(session: AsyncSession, leg: CallLeg, now: datetime) -> None:
    """The carrier refused to dial, or knows of no such call."""
    if leg.is_over:
        return
    leg.state = LegState.FAILED
    leg.ended_at = now
    await session.flush()
    await gone(session, leg, now)
