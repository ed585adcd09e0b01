"""The conference in which the parties of a call meet, known by the carrier's number for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import outbox
from crm_core.agents import Actor
from crm_core.callcenter import checking, legs, queues
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.states import CallState, LegState
from crm_core.callcenter.transfers import Transfer
from crm_core.errors import Refused
from crm_core.outbox import EffectKind

JOINED = "participant-join"
LEFT = "participant-leave"


@dataclass(frozen=True, slots=True)
class Room:
    """Another one each time that an agent takes the customer from the line: who is still on their way out of the last
    one ends that, and not this.
    """

    call_id: int
    number: int = 1

    @property
    def name(self) -> str:
        return f"call-{self.call_id}" if self.number == 1 else f"call-{self.call_id}-{self.number}"


@dataclass(frozen=True, slots=True)
class Conference:
    """One report: `event` as the carrier names it, `party` the SID of the call that came or went."""

    sid: str
    event: str
    party: str


async def room_of(session: AsyncSession, call_id: int) -> Room:
    """Where who joins the call now meets the others. Whoever is passed the customer comes into the same one."""
    from_the_line = (
        select(func.count())
        .select_from(CallLeg)
        .outerjoin(Transfer, Transfer.leg_id == CallLeg.id)
        .where(
            CallLeg.call_id == call_id,
            CallLeg.party == Party.AGENT,
            CallLeg.joined_at.is_not(None),
            Transfer.id.is_(None),
        )
    )
    return Room(call_id, max(1, await session.scalar(from_the_line) or 0))


async def reported(session: AsyncSession, call: Call, about: Conference, now: datetime) -> None:
    """The number is taken from whoever joins: a name may belong to a conference that ended. Ends come in any order."""
    leg = await session.scalar(select(CallLeg).where(CallLeg.sid == about.party).with_for_update(key_share=True))
    if about.event == JOINED:
        call.conference_sid = about.sid
        if leg is not None:
            leg.advance(LegState.JOINED)
            leg.joined_at = leg.joined_at or now
        if call.state == CallState.HOLD and about.party == await customer_sid(session, call):
            # The wish for music was quicker than they were.
            await hold(session, call, now)
    elif about.event == LEFT:
        if leg is not None and leg.was_joined:
            leg.advance(LegState.LEFT)
        await checking.soon(session, call.id, now)
    await session.flush()


async def customer_sid(session: AsyncSession, call: Call) -> str | None:
    """The carrier's number of the customer's own call; None when they are not on the phone."""
    if call.direction == "inbound":
        return None if call.is_over else call.sid
    leg = await customer_leg(session, call.id)
    return leg.sid if leg is not None else None


async def customer_leg(session: AsyncSession, call_id: int) -> CallLeg | None:
    """Of a call that we made, while the customer is in it."""
    joined = await legs.in_the_talk(session, call_id, Party.CUSTOMER)
    return joined[-1] if joined else None


async def own_leg(session: AsyncSession, actor: Actor, call: Call) -> CallLeg:
    """The actor's own, while they are in the talk. Raises Refused."""
    for leg in await legs.in_the_talk(session, call.id, Party.AGENT):
        if leg.agent_id == actor.agent_id:
            return leg
    raise Refused("call.not-in-it", ref=call.ref)


async def current_call(session: AsyncSession, actor: Actor) -> int:
    """The call that the actor talks in now. Raises Refused."""
    found = await session.scalar(
        select(CallLeg.call_id)
        .where(
            CallLeg.agent_id == actor.agent_id,
            CallLeg.party == Party.AGENT,
            CallLeg.joined_at.is_not(None),
            text(legs.LIVE),
        )
        .order_by(CallLeg.id.desc())
        .limit(1)
    )
    if found is None:
        raise Refused("call.in-none")
    return found


async def send_customer(session: AsyncSession, call: Call, to: str, now: datetime) -> None:
    """Out of wherever they are, to another document."""
    payload = {"call": call.id, "to": to}
    await outbox.enqueue(session, EffectKind.REDIRECT, legs.address(call.id), payload, now)


async def hold(session: AsyncSession, call: Call, now: datetime) -> None:
    """The customer hears the music of the queue, or the carrier's."""
    await change(session, call, None, now, hold=True, music=queues.rule_of(session, call.queue or "").music)


async def change(session: AsyncSession, call: Call, leg: CallLeg | None, now: datetime, **wished: Any) -> None:
    """How a party is in the conference: `leg`, or the customer without one. `wished` is the state, not a step, so
    that it may be carried out again: hold (and music), muted, coached (a leg), ends (the conference with them); `told`
    is said to them alone: who (a leg) has come.
    """
    payload = {"call": call.id, "leg": leg.id if leg is not None else None, "wished": wished}
    await outbox.enqueue(session, EffectKind.PARTICIPANT, legs.address(call.id), payload, now)
