"""Where in a sentence words stand that an argument's pattern fits: no other words can be its value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from intents.understand.tokens import Stretch, Tokens
from intents.values.seeking import compiled

_LONGEST = 40
# Behind where a pattern is content, a longer way to fit begins within so many words.
_FURTHER = 3
_ANY_WORD = "xyzzy"


def fits(pattern: str, tokens: Tokens) -> list[Stretch]:
    sought = compiled(pattern)
    text, places = tokens.written.text, tokens.places
    found: list[Stretch] = []
    for first, (start, _end) in enumerate(places):
        content = sought.match(text, start)
        if content is None:
            continue
        reached, missed = content.end(), 0
        for last in range(first, min(len(places), first + _LONGEST)):
            end = places[last][1]
            if sought.fullmatch(text, start, end):
                found.append((first, last + 1))
                missed = 0
            elif end > reached:
                missed += 1
                if missed == _FURTHER:
                    break
    return found


@lru_cache(maxsize=500)
def is_telling(pattern: str) -> bool:
    """Whether not any word at all would fit."""
    return compiled(pattern).fullmatch(_ANY_WORD) is None


def widest(stretches: Iterable[Stretch]) -> Sequence[Stretch]:
    """Those that are in no other, none over another."""
    kept: list[Stretch] = []
    for first, behind in sorted(stretches, key=lambda stretch: (stretch[0] - stretch[1], stretch[0])):
        if all(behind <= begin or first >= end for begin, end in kept):
            kept.append((first, behind))
    return kept
