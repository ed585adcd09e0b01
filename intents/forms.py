"""A command's missing arguments as a form, and what was filled into it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from crm_core.errors import Invalid
from intents import dialogue, pointing
from intents.dialogue import Question
from intents.registry import Argument, Context, commands
from intents.reply import Form, FormField

MOST_FIELDS = 10
_BY_KEYS = {*pointing.KINDS, "tickets", "record", "phone", "rating", "number", "pin", "line", "minutes", "quantity"}
# Of those that are not asked for as what something says.
_TEXTS = {"name", "title", "organisation", "reason", "role", "view", "place"}
_LONG = {"text", "wording", "words", "announcement", "members"}


def form(
    context: Context,
    question: Question,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Form:
    """What is asked for comes first, then what else is missing, then what may be said as well."""
    command = dialogue.command_of(question)
    open_ = [argument for argument in command.arguments if argument.name not in question.words]
    wanted = [argument for argument in open_ if argument.is_required or argument.slot.name in _askable()]
    wanted.sort(key=lambda argument: (argument.name != question.argument, not argument.is_required))
    kept = {} if command.forgets_ask else typed or {}
    fields = [_field(context, argument, kept, errors or {}) for argument in wanted[:MOST_FIELDS]]
    return Form(fields, context.say("button.submit"), question.id)


def wrong(context: Context, question: Question, typed: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with each, in words."""
    command = dialogue.command_of(question)
    return {
        argument.name: text
        for argument in command.arguments
        if argument.name not in question.words and (text := _wrong(context, argument, typed.get(argument.name, "")))
    }


def _wrong(context: Context, argument: Argument, text: str) -> str:
    if not text:
        return context.say("form.needed") if argument.is_required else ""
    try:
        argument.slot.read(text, context.heard)
    except Invalid as error:
        return context.say(error.message.id, **error.message.params)
    return ""


def question(context: Context, argument: Argument) -> str:
    """A text is asked for by what it is of."""
    if argument.slot.name == "text" and argument.name in _TEXTS:
        return context.say(f"dialogue.ask-text-{argument.name}")
    return context.say(f"dialogue.ask-{argument.slot.name}")


def _field(context: Context, argument: Argument, typed: Mapping[str, str], errors: Mapping[str, str]) -> FormField:
    slot = argument.slot
    return FormField(
        argument.name,
        question(context, argument),
        argument.is_required,
        is_long=slot.name in _LONG,
        takes_digits=slot.name in _BY_KEYS and not slot.is_free,
        value=typed.get(argument.name, ""),
        error=errors.get(argument.name, ""),
    )


@lru_cache(maxsize=1)
def _askable() -> frozenset[str]:
    """The kinds of argument that there is a question for."""
    return frozenset(
        argument.slot.name for command in commands().values() for argument in command.arguments if argument.is_required
    )
