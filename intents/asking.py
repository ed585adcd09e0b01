"""How something open is asked for: the question, the yes or no, and what it goes back to after an interruption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from crm_core.conversation import Conversation
from intents import dialogue, forms
from intents.dialogue import Confirmation, Pending, Question
from intents.registry import Command, Context
from intents.reply import Choice, Choices, Part, Reply, Style, Tone
from intents.understand.sentence import outline, sentence

MOST_MEANINGS = 3
# An argument that is a yes or no itself.
SURE = "sure"

Meaning: TypeAlias = tuple[Command, Mapping[str, str]]


def asked(context: Context, pending: Pending) -> Reply:
    return context.reply_with(_text(context, pending), *_parts(context, pending))


def resumed(context: Context, reply: Reply, pending: Pending) -> Reply:
    """The answer to something else, and back to what was open before it."""
    text = _text(context, pending)
    if not _is_yes_or_no(pending):
        text = context.say("dialogue.resumed", sentence=_outline(context, pending), question=text)
    more = replace(reply, text="\n".join(filter(None, [reply.text, text])))
    if reply.lead is not None:
        more = replace(more, lead="\n".join(filter(None, [reply.lead, text])))
    return replace(more, parts=[*more.parts, *_parts(context, pending)])


def resumed_alone(context: Context, pending: Pending) -> Reply:
    """With what is known of it so far."""
    return resumed(context, context.reply_with(""), pending)


def to_be_filled_in_again(
    context: Context, question: Question, typed: Mapping[str, str], errors: Mapping[str, str], text: str
) -> Reply:
    """The form with what was typed, and what is wrong with it."""
    parts: list[Part] = [forms.form(context, question, typed, errors), Choices([cancel_button(context, question.id)])]
    return replace(context.reply_with(text, *parts), tone=Tone.REFUSED)


def let_go(context: Context, reply: Reply, pending: Pending) -> Reply:
    """Too much was open."""
    return reply.also(context.say("dialogue.dropped", sentence=_outline(context, pending)))


def propose(context: Context, conversation: Conversation, command: Command, words: Mapping[str, str]) -> Reply:
    """What would be done, in words; a yes carries it out. Raises Invalid for words that are no such values."""
    pinned = dialogue.pinned(command, words, context.heard)
    dialogue.read_arguments(command, pinned, context.heard)
    return asked(context, dialogue.confirm(conversation, command, pinned, context.language))


def did_you_mean(context: Context, meanings: Sequence[Meaning]) -> Reply:
    """Each as a sentence to press; what nobody can say in one is left out."""
    said = [sentence(command, words, context.language) for command, words in meanings]
    offered = list(dict.fromkeys(one for one in said if one is not None))[:MOST_MEANINGS]
    if not offered:
        return replace(context.reply("ask.not-understood"), tone=Tone.REFUSED)
    choices = Choices([Choice(one, one) for one in offered])
    return replace(context.reply("ask.did-you-mean", choices), tone=Tone.REFUSED)


def cancel_button(context: Context, question: int) -> Choice:
    return Choice(context.say("button.never-mind"), "cancel", question=question)


def yes_or_no(context: Context, question: int, yes: str = "yes") -> Choices:
    """`yes` is what the button says, where that is a whole sentence of its own."""
    agree = Choice(context.say("button.yes"), yes, Style.PRIMARY, question=question)
    return Choices([agree, Choice(context.say("button.no"), "no", question=question)])


def _text(context: Context, pending: Pending) -> str:
    if _is_yes_or_no(pending):
        return context.say("dialogue.confirm", sentence=_outline(context, pending))
    return _question(context, pending) if isinstance(pending, Question) else ""


def _question(context: Context, question: Question) -> str:
    if question.text:
        return question.text
    command = dialogue.command_of(question)
    return forms.question(context, next(one for one in command.arguments if one.name == question.argument))


def _parts(context: Context, pending: Pending) -> list[Part]:
    if isinstance(pending, Confirmation) or pending.argument == SURE:
        return [yes_or_no(context, pending.id)]
    cancel = cancel_button(context, pending.id)
    if pending.text:
        return [Choices([*(Choice(label, said, question=pending.id) for label, said in pending.candidates), cancel])]
    return [forms.form(context, pending), Choices([cancel])]


def _is_yes_or_no(pending: Pending) -> bool:
    return isinstance(pending, Confirmation) or pending.argument == SURE


def _outline(context: Context, pending: Pending) -> str:
    return outline(dialogue.command_of(pending), pending.words, context.language)
