"""Which deals a question is about: a pipeline, a branch, a team, a colleague, one's own, or all."""

from __future__ import annotations

from dataclasses import dataclass

from crm_core.names import fold
from crm_core.sales.whose import EVERYBODY, Whose, find_whose, own
from intents.registry import Context


@dataclass(frozen=True, slots=True)
class Scope:
    """`name`: what to call it; None for all deals of the first pipeline."""

    whose: Whose
    pipeline: str | None = None
    name: str | None = None


async def scope(context: Context, mine: str | None, said: str | None) -> Scope:
    """Raises NotFound for a name that nobody and nothing has."""
    if mine is not None:
        return Scope(own(context.actor), name=context.actor.name)
    if said is None:
        return Scope(EVERYBODY)
    wanted = fold(said.strip())
    for key, described in context.company.all_pipelines.items():
        if wanted in {fold(key), *(fold(label) for label in described.name.values())}:
            return Scope(EVERYBODY, key, described.name.get(context.language, key))
    whose = await find_whose(context.session, context.actor, said)
    return Scope(whose, name=whose.name)
