"""What a command needs before anybody can say it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from functools import partial

from intents import catalogue
from intents.registry import Command
from intents.samples import filled
from intents.understand.grammar import plain, rules_of, understand
from intents.understand.phrasings import phrasings

FEWEST_EXAMPLES = 5
_LEFT_OUT = re.compile(r"\{\w+\}|\[[^\]]*\]")
_LITERAL = re.compile(r"\w")


def lacking(command: Command, taught: Mapping[str, int]) -> Iterator[str]:
    """`taught`: how many utterances its training data has, by language."""
    if not inspect.iscoroutinefunction(command.handler):
        yield f"{command.name}: the function has to be `async def`"
    try:
        rules_of(command)
    except (TypeError, re.error, AttributeError) as error:
        yield f"{command.name}: {error}"
        return
    for template in (template for templates in command.examples.values() for template in templates):
        if not _LITERAL.search(_LEFT_OUT.sub("", template)) and any(one.slot.is_free for one in command.arguments):
            yield f"{command.name}: {template} would take any sentence at all"
    if not any(command.examples.values()):
        yield f"{command.name} has no template in any language"
    for language in sorted({*command.examples, *taught}):
        templates = command.examples.get(language, [])
        count = len({one for template in templates for one in phrasings(template)}) + taught.get(language, 0)
        if count < FEWEST_EXAMPLES:
            yield f"{command.name}: {language} has {count} examples, {FEWEST_EXAMPLES} are needed"
    yield from _without_question(command)


def _without_question(command: Command) -> Iterator[str]:
    for argument in command.arguments:
        id = f"dialogue.ask-{argument.slot.name}"
        if argument.is_required and not any(map(partial(_has, id), catalogue.languages())):
            yield f"{command.name}: nothing asks for {argument.name} where it is missing; locale/LANGUAGE needs {id}"


def _has(id: str, language: str) -> bool:
    return catalogue.has(language, id)


def taken(command: Command) -> Iterator[str]:
    """Templates that are another command's words."""
    for language, templates in command.examples.items():
        for template in templates:
            said = filled(plain(template), language, command.arguments)
            understood = understand(said, language)
            if "…" not in said and understood is not None and understood.command.name != command.name:
                yield f"{command.name}: “{said}” is understood as {understood.command.name}"
