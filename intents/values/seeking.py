"""Where in a sentence words stand that a long pattern fits: looked for once, whatever asks for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

_START = re.compile(r"(?<!\w)[\w€$£+#(@]")
_WORD = re.compile(r"[\w.:]+\S*")
# A value stands at the beginning of a long message or at its end.
_MOST_STARTS = 40


@lru_cache(maxsize=64)
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def candidates(pattern: str, text: str) -> Sequence[tuple[int, int]]:
    """Begins and ends: from left to right, and of those that begin together the longest first."""
    sought = compiled(pattern)
    starts = [found.start() for found in _START.finditer(text)]
    if len(starts) > 2 * _MOST_STARTS:
        starts = starts[:_MOST_STARTS] + starts[-_MOST_STARTS:]
    found: list[tuple[int, int]] = []
    for start in starts:
        match = sought.match(text, start)
        if match is None:
            continue
        longest = start + len(match[0].rstrip(" ,"))
        shorter = (word.end() for word in islice(_WORD.finditer(text, start, longest), _MOST_STARTS))
        ends = {longest, *(end for end in shorter if end < longest and sought.fullmatch(text, start, end))}
        found += [(start, end) for end in sorted(ends, reverse=True)]
    return found
