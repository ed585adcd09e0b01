"""Where calls for an agent ring: a phone number or a SIP address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, phones, rights
from crm_core.agents import Actor, Agent, Role
from crm_core.callcenter import work
from crm_core.company import company_of
from crm_core.errors import Invalid, NotAllowed
from crm_core.message import say


async def set_phone(session: AsyncSession, actor: Actor, agent_id: int, raw: str, now: datetime) -> Agent:
    """One's own, or anybody's for a lead. Raises Invalid for what is neither a number nor a SIP address, and for our
    own line, which would ring itself.
    """
    rights.require(actor, "agent.set-phone")
    if agent_id != actor.agent_id and (actor.role is None or actor.role < Role.LEAD):
        raise NotAllowed("rights.role", role=say("agent.role-agent"))
    company = company_of(session)
    device = phones.require_device(raw, company.country)
    if device == company.phone.number:
        raise Invalid("agent.phone-is-line", number=phones.shown(device))
    agent = await work.lock_agent(session, agent_id)
    await activity.change(session, actor, agent, "agent.phone-set", now, phone=device)
    return agent
