"""Names as people type them: folded for comparing, split for the token tables."""

from __future__ import annotations

import re
import unicodedata

_DIGRAPHS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l"})
_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """Müller, Mueller and Muller fold to the same word."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_DIGRAPHS))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return bare.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def words(text: str) -> list[str]:
    return _WORD.findall(fold(text))
