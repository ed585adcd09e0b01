"""A sentence from a command and words: the way back from what was understood to what people say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from intents.registry import Command
from intents.understand.grammar import plain, understand

_ARGUMENT = re.compile(r"\{(\w+)\}")
_OPTIONAL = re.compile(r"\[([^\]|]+)[^\]]*\]")
OPEN = "…"


def sentence(command: Command, words: Mapping[str, str], language: str) -> str | None:
    """With just these words, and understood as this command again; in another language where there is none in this
    one. None when nobody can say it in one sentence.
    """
    for template in _templates(command, language):
        if set(_ARGUMENT.findall(template)) != set(words):
            continue
        for bare in (plain(template), plain(_OPTIONAL.sub(r"\1", template))):
            said = _filled(bare, words)
            if _means(said, command, words, language):
                return said
    return None


def outline(command: Command, words: Mapping[str, str], language: str) -> str:
    """For reading alone: what nobody has said yet is left open, what has no place in a sentence follows it."""
    whole = sentence(command, words, language)
    if whole is not None:
        return whole
    template = max(
        _templates(command, language, others=False),
        key=lambda template: _fit(set(_ARGUMENT.findall(template)), set(words)),
    )
    named = set(_ARGUMENT.findall(template))
    beside = [word for name, word in words.items() if name not in named]
    said = _filled(plain(template), {name: words.get(name, OPEN) for name in named})
    return f"{said} ({', '.join(beside)})" if beside else said


def _fit(named: set[str], said: set[str]) -> tuple[int, int]:
    """All that was said, and little beside it."""
    return len(named & said), -len(named - said)


def _templates(command: Command, language: str, *, others: bool = True) -> Iterator[str]:
    own = command.examples.get(language) or command.examples["en"]
    rest = (templates for known, templates in command.examples.items() if known != language)
    return chain(own, chain.from_iterable(rest)) if others else iter(own)


def _filled(template: str, words: Mapping[str, str]) -> str:
    return " ".join(_ARGUMENT.sub(lambda argument: words[argument[1]], template).split())


def _means(said: str, command: Command, words: Mapping[str, str], language: str) -> bool:
    understood = understand(said, language)
    if understood is None or understood.command is not command:
        return False
    return {name: _same(word) for name, word in understood.words.items()} == {
        name: _same(word) for name, word in words.items()
    }


def _same(word: str) -> str:
    return " ".join(word.split()).casefold()
