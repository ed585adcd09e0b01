"""What was not understood is kept for review, without anything of a person."""

from __future__ import annotations

from collections.abc import Sequence

from crm_core import misunderstood
from crm_core.misunderstood import Sentence, Why
from intents.dialogue import Confirmation
from intents.registry import Context, commands
from intents.understand.anonymity import anonymous

# What is longer is a letter, not an order.
_LONGEST = 300
# From here on it may have been meant.
_LIKELY = 0.05


async def keep(
    context: Context,
    text: str,
    why: Why = Why.UNKNOWN,
    guesses: Sequence[tuple[str, float]] = (),
    done: str | None = None,
) -> None:
    """`guesses` are intents with their chances, `done` is the command that was carried out instead."""
    said = await masked(context, text, guesses)
    if said is not None:
        await misunderstood.keep(context.session, Sentence(context.language, said, why, guesses, done), context.now)


async def refused(context: Context, proposed: Confirmation) -> None:
    """A no to what was guessed."""
    if proposed.said:
        guess = [(proposed.command, proposed.chance)]
        sentence = Sentence(proposed.language, proposed.said, Why.REFUSED, guess)
        await misunderstood.keep(context.session, sentence, context.now)


async def masked(context: Context, text: str, guesses: Sequence[tuple[str, float]]) -> str | None:
    """What of it may be kept; None for nothing, as of what may be a secret."""
    likely = [commands()[intent] for intent, chance in guesses if chance >= _LIKELY and intent in commands()]
    if len(text) > _LONGEST or any(command.forgets_ask for command in likely):
        return None
    return await anonymous(context.session, text)
