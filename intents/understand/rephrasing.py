"""A command and its words as a sentence that says them: for a button, which is an utterance."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from intents.registry import Command
from intents.understand.grammar import plain, understand

_ARGUMENT = re.compile(r"\{(\w+)\}")


def sentence(command: Command, words: Mapping[str, str], language: str, shown: Sequence[str] = ()) -> str | None:
    """None where no example says it so that it is understood again."""
    own = command.examples.get(language, [])
    others = (template for templates in command.examples.values() for template in templates if template not in own)
    for template in (*own, *others):
        if set(_ARGUMENT.findall(template)) != set(words):
            continue
        said = _ARGUMENT.sub(lambda found: words[found[1]], plain(template))
        understood = understand(said, language, shown)
        if understood is not None and understood.command is command and understood.words == dict(words):
            return said
    return None
