"""What commands and their arguments are called in Rasa: a command's intent bears its name, an entity and its slot that
of the argument."""

from __future__ import annotations

import re
from collections.abc import Mapping

from intents.registry import Argument, Command, commands

# Rasa's own name for what its classifier would rather not say.
FALLBACK = "nlu_fallback"
CANCEL = "cancel"
NOT_UNDERSTOOD = "action_not_understood"
CANCELLED = "action_cancelled"


def action_of(command: Command) -> str:
    return f"action_{_word(command)}"


def form_of(command: Command) -> str:
    return f"{_word(command)}_form"


def validation_of(command: Command) -> str:
    return f"validate_{form_of(command)}"


def question_of(argument: str) -> str:
    """The action that asks for a slot, in whatever form."""
    return f"action_ask_{argument}"


def required(command: Command) -> list[Argument]:
    """What a form asks for: nothing that is to be kept nowhere."""
    if command.forgets_ask:
        return []
    return [argument for argument in command.arguments if argument.is_required]


def forms() -> Mapping[str, Command]:
    """By name: the commands that cannot do without an argument."""
    return {form_of(command): command for command in commands().values() if required(command)}


def asked_in(argument: str) -> list[str]:
    """The forms that ask for it."""
    return [form for form, command in forms().items() if argument in {one.name for one in required(command)}]


def slots() -> list[str]:
    return sorted({argument.name for command in commands().values() for argument in command.arguments})


def _word(command: Command) -> str:
    return re.sub(r"\W", "_", command.name)
