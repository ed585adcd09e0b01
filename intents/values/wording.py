"""Patterns as they are written here: umlauts stand for both spellings, and groups are only for reading."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPELLINGS = {"ä": "(?:ä|ae)", "ö": "(?:ö|oe)", "ü": "(?:ü|ue)", "ß": "(?:ß|ss)"}
_GROUP = re.compile(r"(?<!\\)\((?:\?P<\w+>|(?!\?))")
# Between two words of a phrase, also where it was dictated with a pause.
GAP = r",?\s+"


def spelled(pattern: str) -> str:
    """Also as it is typed on a keyboard without umlauts. None of them may stand in a set of letters."""
    return "".join(_SPELLINGS.get(letter, letter) for letter in pattern)


def ungrouped(pattern: str) -> str:
    """The same without groups, so that it fits into another one."""
    return _GROUP.sub("(?:", pattern)


def either(words: Iterable[str]) -> str:
    """The longest first: `mar` is not what begins `march`."""
    return "|".join(
        spelled(word).replace(" ", r"\s+") for word in sorted(set(words), key=lambda word: (-len(word), word))
    )


def without_umlauts(text: str) -> str:
    return text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
