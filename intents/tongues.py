"""Languages as people call them: `de`, German, Deutsch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from babel import Locale

from crm_core.names import fold
from intents import catalogue

_WORD = re.compile(r"\w+")


def code_of(word: str) -> str | None:
    """The two letters of a language named by them or in one of our own languages."""
    return _codes(catalogue.edition()).get(fold(word.strip()))


def names() -> list[str]:
    """Our own languages, as each of us calls them."""
    return sorted({str(Locale(one).languages[code]) for one in catalogue.languages() for code in catalogue.languages()})


def name_of(code: str, language: str) -> str:
    return str(Locale(language).languages.get(code, code))


def written_in(text: str, languages: Sequence[str]) -> str | None:
    """Which of them a sentence is in, as far as its words tell; None where they tell nothing, or of two."""
    folded = text.casefold()
    words = set(_WORD.findall(folded))
    counts = {code: len(words & _common(code)) for code in languages}
    for code in languages:
        marks = _marks(code, catalogue.edition())
        counts[code] += len(marks.findall(folded)) if marks is not None else 0
    best = max(counts.values(), default=0)
    found = [code for code, count in counts.items() if count == best]
    return found[0] if best and len(found) == 1 else None


def _common(code: str) -> frozenset[str]:
    """Words that hold its sentences together."""
    return frozenset(catalogue.phrases("heard.common", code))


@lru_cache
def _marks(code: str, _edition: int) -> re.Pattern[str] | None:
    """Letters, and endings of words, that it has."""
    marks = catalogue.phrases("heard.marks", code)
    letters = "".join(re.escape(mark) for mark in marks if not mark.startswith("-"))
    endings = "|".join(re.escape(mark[1:]) for mark in marks if mark.startswith("-"))
    patterns = [*([rf"[{letters}]"] if letters else []), *([rf"\w(?:{endings})\b"] if endings else [])]
    return re.compile("|".join(patterns)) if patterns else None


@lru_cache(maxsize=1)
def _codes(_edition: int) -> dict[str, str]:
    named = [(code, name) for language in catalogue.languages() for code, name in Locale(language).languages.items()]
    short = [(code, name) for code, name in named if len(code) == 2]
    return {fold(str(name)): code for code, name in short} | {code: code for code, _name in short}
