"""Which colleague is meant."""

from __future__ import annotations

from typing import cast

from crm_core import references
from crm_core.agents import Agent, find_agent
from intents.registry import Context

_MYSELF = {"me", "mich", "mir", "i", "ich", "i'm", "i’m"}


async def colleague(context: Context, name: str) -> Agent:
    """Raises NotFound."""
    if name.casefold() in _MYSELF and context.actor.agent_id is not None:
        return cast("Agent", await references.read(context.session, "agent", context.actor.agent_id))
    return await find_agent(context.session, name)
