"""The conference in which the parties of a call meet: one a call, known by the carrier's number for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.callcenter.states import LegState

JOINED = "participant-join"
LEFT = "participant-leave"


@dataclass(frozen=True, slots=True)
class Conference:
    """One report: `event` as the carrier names it, `party` the SID of the call that came or went."""

    sid: str
    event: str
    party: str


async def reported(session: AsyncSession, call: Call, about: Conference, now: datetime) -> None:
    """The number is taken from whoever joins: a name may belong to a conference that ended. Ends come in any order."""
    leg = await session.scalar(select(CallLeg).where(CallLeg.sid == about.party).with_for_update())
    if about.event == JOINED:
        call.conference_sid = about.sid
        if leg is not None:
            leg.advance(LegState.JOINED)
            leg.joined_at = leg.joined_at or now
    elif about.event == LEFT and leg is not None and leg.was_joined:
        leg.advance(LegState.LEFT)
    await session.flush()
