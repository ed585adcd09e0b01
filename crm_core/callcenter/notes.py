"""What agents write down on a call, while it lasts and afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, rights
from crm_core.agents import Actor, Role
from crm_core.callcenter import calls
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.errors import Invalid, NotAllowed
from crm_core.message import say

LONGEST_NOTE = 10_000


async def note(session: AsyncSession, actor: Actor, call_id: int, text: str, now: datetime) -> Call:
    """What stands there stays. Raises Invalid for an empty or endless one, NotAllowed on the call of another."""
    rights.require(actor, "call.note")
    call = await calls.lock_call(session, call_id)
    if not text.strip():
        raise Invalid("call.note-missing")
    whole = calls.with_note(call, text)
    if len(whole) > LONGEST_NOTE:
        raise Invalid("text.too-long", limit=LONGEST_NOTE)
    if not await _may(session, actor, call):
        raise NotAllowed("rights.role", role=say("agent.role-agent"))
    await activity.change(session, actor, call, "call.noted", now, note=whole)
    await cards.refresh(session, "call", call.id, now)
    return call


async def _may(session: AsyncSession, actor: Actor, call: Call) -> bool:
    """Who has it or was in it, anybody where nobody was, and leads."""
    if call.agent_id in {None, actor.agent_id} or (actor.role is not None and actor.role >= Role.LEAD):
        return True
    own = select(CallLeg.id).where(
        CallLeg.call_id == call.id, CallLeg.agent_id == actor.agent_id, CallLeg.joined_at.is_not(None)
    )
    return await session.scalar(own.limit(1)) is not None
