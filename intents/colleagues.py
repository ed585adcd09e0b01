"""Colleagues: which one is meant, and what they are doing."""

from __future__ import annotations

from typing import cast

from crm_core import references
from crm_core.agents import Agent, find_agent
from intents.registry import Context

MISSED = "missed"
_MYSELF = {"me", "mich", "mir", "i", "ich", "i'm", "i’m"}


async def colleague(context: Context, name: str) -> Agent:
    """Raises NotFound."""
    if name.casefold() in _MYSELF and context.actor.agent_id is not None:
        return cast("Agent", await references.read(context.session, "agent", context.actor.agent_id))
    return await find_agent(context.session, name)


def state_of(context: Context, agent: Agent) -> str:
    """With what comes after the call they are busy with, where they said so."""
    state = context.say(f"agent.presence-{agent.presence}")
    if agent.presence_next is None:
        return state
    return context.say("agent.state-then", state=state, next=context.say(f"agent.presence-{agent.presence_next}"))


def reason_of(context: Context, agent: Agent) -> str:
    """Why they are away. What somebody wrote freely is for colleagues alone."""
    reason = agent.presence_reason
    if reason is None:
        return ""
    if reason == MISSED:
        return context.say("agent.reason-missed")
    pause = context.company.callcenter.pauses.get(reason)
    if pause is not None:
        return pause.get(context.language, reason)
    return "" if context.ask.is_public else reason
