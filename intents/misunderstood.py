"""What was not understood is kept for review, without anything of a person."""

from __future__ import annotations

from collections.abc import Sequence

from crm_core import misunderstood
from crm_core.misunderstood import Sentence, Why
from intents.dialogue import Confirmation, Done
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
    await _keep_guess(context, proposed, Why.REFUSED)


async def undone(context: Context, done: Done) -> None:
    """What was guessed and carried out is taken back right after."""
    await _keep_guess(context, done, Why.UNDONE)


async def _keep_guess(context: Context, guessed: Confirmation | Done, why: Why) -> None:
    if guessed.said:
        sentence = Sentence(guessed.language, guessed.said, why, [(guessed.command, guessed.chance)])
        await misunderstood.keep(context.session, sentence, context.now)


async def masked(context: Context, text: str, guesses: Sequence[tuple[str, float]]) -> str | None:
    """What of it may be kept; None for nothing, as of what may be a secret."""
    likely = [commands()[intent] for intent, chance in guesses if chance >= _LIKELY and intent in commands()]
    if len(text) > _LONGEST or any(command.forgets_ask for command in likely):
        return None
    return await anonymous(context.session, text)
