"""What a template of a command stands for, written out."""

from __future__ import annotations

import re
from itertools import product

_CHOICE = re.compile(r"\[([^\]]+)\]|\(([^)]+)\)")


def phrasings(template: str) -> list[str]:
    """The shortest one first; then each word that may be added or put instead, once: all together would be too many."""
    choices = list(_CHOICE.finditer(template))
    shortest = ["" if choice[1] else choice[2].split("|")[0] for choice in choices]
    wanted = [shortest]
    for at, choice in enumerate(choices):
        words = (choice[1] or choice[2]).split("|")
        wanted += [[*shortest[:at], word, *shortest[at + 1 :]] for word in words]
    return list(dict.fromkeys(_with(template, words) for words in wanted))


def every_phrasing(template: str) -> list[str]:
    """All together: for short ones."""
    choices = [["", *one[1].split("|")] if one[1] else one[2].split("|") for one in _CHOICE.finditer(template)]
    return list(dict.fromkeys(_with(template, list(words)) for words in product(*choices)))


def _with(template: str, words: list[str]) -> str:
    left = iter(words)
    return " ".join(_CHOICE.sub(lambda _choice: next(left), template).split())
