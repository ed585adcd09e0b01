"""What is offered as buttons where it is not clear what was meant: nothing of it is done before somebody presses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from intents.registry import Command, Context, commands
from intents.reply import Choice, Choices, Reply, Tone
from intents.understand.rephrasing import sentence
from intents.understand.suggest import suggest

MOST_OFFERED = 3


def proposed(context: Context, command: Command, words: Mapping[str, str]) -> Reply:
    """One command, for who may not have meant it."""
    said = sentence(command, words, context.language, context.shown)
    return _offered(context, [said] if said is not None else [])


def not_understood(context: Context, text: str, nearest: Iterable[str] = ()) -> Reply:
    """`nearest` names the commands that somebody may have meant; without any, those that are written alike."""
    said = (sentence(commands()[name], {}, context.language) for name in nearest)
    ranked = [one for one in dict.fromkeys(said) if one is not None][:MOST_OFFERED]
    return _offered(context, ranked or suggest(text, context.language))


def _offered(context: Context, sentences: list[str]) -> Reply:
    if not sentences:
        return replace(context.reply("ask.not-understood"), tone=Tone.REFUSED)
    choices = Choices([Choice(said, said) for said in sentences])
    return replace(context.reply("ask.did-you-mean", choices), tone=Tone.REFUSED)
