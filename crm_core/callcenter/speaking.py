"""Whether an agent and a caller share a language."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import Agent
from crm_core.callcenter import callers, presence
from crm_core.callcenter.calls import Call


@dataclass(frozen=True, slots=True)
class Foreign:
    """A language that the agent does not speak. `others_do`: somebody else on duty for the queue does."""

    agent: Agent
    language: str
    others_do: bool


async def foreign(session: AsyncSession, call: Call, agent_id: int) -> Foreign | None:
    """None where they understand each other."""
    agent = await session.get(Agent, agent_id)
    language = await callers.language_of(session, call)
    if agent is None or agent.speaks(language):
        return None
    queue = call.queue
    others_do = queue is not None and await presence.anyone_there(session, queue, language, besides=agent.id)
    return Foreign(agent, language, others_do)
