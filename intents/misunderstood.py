"""What was not understood is kept for review, without anything of a person."""

from __future__ import annotations

from collections.abc import Sequence

from crm_core import misunderstood
from crm_core.misunderstood import Sentence, Why
from intents.registry import Context, commands
from intents.understand.anonymity import anonymous

# What is longer is a letter, not an order.
_LONGEST = 300


async def keep(
    context: Context,
    text: str,
    why: Why = Why.UNKNOWN,
    guesses: Sequence[tuple[str, float]] = (),
    done: str | None = None,
) -> None:
    """`guesses` are intents with their chances, `done` is the command that was carried out instead. Nothing is kept of
    what may have been a secret."""
    known = commands()
    if len(text) > _LONGEST or any(intent in known and known[intent].forgets_ask for intent, _chance in guesses):
        return
    masked = await anonymous(context.session, text)
    if masked is not None:
        await misunderstood.keep(context.session, Sentence(context.language, masked, why, guesses, done), context.now)
