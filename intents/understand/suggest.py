"""What somebody may have meant: the nearest examples, offered as buttons and never carried out by themselves."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz import fuzz, process

from intents.registry import commands, edition
from intents.understand.grammar import clean, plain

NEAR_ENOUGH = 62


@lru_cache
def _examples(language: str, _edition: int) -> dict[str, str]:
    """Speakable examples to themselves; those with an argument end in `…`."""
    return {
        plain(template): plain(template)
        for command in commands().values()
        for template in command.examples.get(language, ())[:3]
        if "{" not in template
    }


def suggest(text: str, language: str, most: int = 3) -> list[str]:
    """Best first; empty when nothing is near."""
    commands()
    known = _examples(language, edition())
    found = process.extract(clean(text).casefold(), known, scorer=fuzz.WRatio, limit=most, score_cutoff=NEAR_ENOUGH)
    return list(dict.fromkeys(example for example, _score, _key in found))
