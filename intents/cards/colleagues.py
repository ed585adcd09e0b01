"""The card of a colleague."""

from __future__ import annotations

from crm_core import phones, references
from crm_core.agents import Agent
from intents.cards.layout import Pair, fields
from intents.colleagues import reason_of, state_of
from intents.registry import Context
from intents.reply import Part
from intents.tongues import name_of


async def agent_card(context: Context, agent: Agent) -> list[Part]:
    """What they are doing since when, and what they can be asked for; where they ring in a direct conversation."""
    team = context.company.teams.get(agent.team or "")
    languages = ", ".join(name_of(code, context.language) for code in agent.languages)
    pairs: list[Pair] = [
        ("card.state", state_of(context, agent)),
        ("card.since", agent.presence_since),
        ("agent.reason", reason_of(context, agent) or None),
        ("agent.team", team.name.get(context.language, agent.team) if team is not None else agent.team),
        ("card.language", languages or None),
        ("agent.skills", ", ".join(agent.skills) or None),
    ]
    if not context.ask.is_public and agent.phone is not None:
        pairs.append(("card.phone", phones.shown(agent.phone)))
    return [fields(context, f"{references.ref('agent', agent.id)} · {agent.name}", pairs)]
