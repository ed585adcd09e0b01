"""Names as people type them: folded for comparing, split for the token tables."""

from __future__ import annotations

import re
import unicodedata

_DIGRAPHS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l"})
_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """Müller, Mueller and Muller fold to the same word."""
    return _without_umlauts(bare(text))


def bare(text: str) -> str:
    """Without accents and capitals, letter by letter: Mueller stays mueller."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_DIGRAPHS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def spellings(text: str) -> dict[str, str]:
    """The folded words, each with its letters as they were typed: a mistake may make an umlaut of two letters."""
    return {_without_umlauts(word): word for word in _WORD.findall(bare(text))}


def _without_umlauts(text: str) -> str:
    return text.replace("ae", "a").replace("oe", "o").replace("ue", "u")
