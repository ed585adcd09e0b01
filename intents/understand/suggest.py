"""What somebody may have meant: the nearest examples, offered as buttons and never carried out by themselves."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz import fuzz, process

from intents.registry import Command, commands, edition
from intents.understand.grammar import clean, plain

NEAR_ENOUGH = 62


@lru_cache
def _examples(language: str, _edition: int) -> dict[str, Command]:
    """What needs no words beside it."""
    return {
        plain(template): command
        for command in commands().values()
        for template in command.examples.get(language, ())[:3]
        if "{" not in template
    }


def suggest(text: str, language: str, most: int = 3) -> list[tuple[Command, dict[str, str]]]:
    """Best first; empty when nothing is near."""
    commands()
    examples = _examples(language, edition())
    found = process.extract(
        clean(text).casefold(), list(examples), scorer=fuzz.WRatio, limit=most, score_cutoff=NEAR_ENOUGH
    )
    near = {examples[example].name: examples[example] for example, _score, _key in found}
    return [(command, {}) for command in near.values()]
