"""The hours of a call, offered to the agent who held it as a draft."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import Agent, actor_of
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.company import company_of
from crm_core.projects import hours
from crm_core.projects.hours import MOST_MINUTES


async def offer(session: AsyncSession, call: Call, now: datetime) -> None:
    """The talk, every minute begun, and what the house allows for the wrap-up; nothing in a week that is approved."""
    if call.agent_id is None:
        return
    began = await session.scalar(
        select(CallLeg.answered_at)
        .where(CallLeg.call_id == call.id, CallLeg.agent_id == call.agent_id, CallLeg.answered_at.is_not(None))
        .order_by(CallLeg.id.desc())
        .limit(1)
    )
    agent = await session.get(Agent, call.agent_id)
    if began is None or agent is None or agent.left_at is not None:
        return
    ended = call.ended_at or now
    day = began.astimezone(company_of(session).zone).date()
    if ended < began or await hours.is_approved(session, agent.id, day):
        return
    talked = max(1, -int(-(ended - began).total_seconds() // 60))
    minutes = min(talked + company_of(session).projects.wrap_up_minutes, MOST_MINUTES)
    actor = actor_of(agent, "phone")
    await hours.log(session, actor, kind="call", record_id=call.id, minutes=minutes, day=day, now=now, is_draft=True)
