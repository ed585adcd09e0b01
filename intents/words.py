"""The words of a choice among few, in every language: `training/*/words.yml` lists those of each kind of argument
(`lookup`), and says which value another word stands for (`synonym`)."""

from __future__ import annotations

import re
from functools import lru_cache

from crm_core.names import fold
from intents.understand.examples import TRAINING, read_blocks
from intents.values.wording import spelled

_FILE = "words.yml"


def words(kind: str) -> dict[str, str]:
    """Each word of a kind, and the value it stands for."""
    lookups, synonyms = _read()
    return {word: synonyms.get(word, word) for word in lookups[kind]}


def pattern(kind: str) -> str:
    """The longest first: `high` is not all of `high priority`."""
    longest = sorted(words(kind), key=len, reverse=True)
    return "|".join(spelled(r"\s+".join(map(re.escape, word.split()))) for word in longest)


def meaning(kind: str, text: str) -> str | None:
    """The value that a word stands for, however it is spelled."""
    return _folded(kind).get(fold(" ".join(text.split())))


@lru_cache
def _folded(kind: str) -> dict[str, str]:
    return {fold(word): value for word, value in words(kind).items()}


@lru_cache
def _read() -> tuple[dict[str, list[str]], dict[str, str]]:
    lookups: dict[str, list[str]] = {}
    synonyms: dict[str, str] = {}
    for file in sorted(TRAINING.glob(f"*/{_FILE}")):
        for kind, word in read_blocks(file, "lookup"):
            lookups.setdefault(kind, []).append(word)
        synonyms |= {word: value for value, word in read_blocks(file, "synonym")}
    return lookups, synonyms
