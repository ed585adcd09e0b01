"""Sentences without what is said out of courtesy alone. The words are in `hearing.po` of each language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from intents import catalogue
from intents.understand.phrasings import every_phrasing


@dataclass(frozen=True, slots=True)
class _Courtesies:
    """At the beginning, behind the first word, and at the end."""

    opening: re.Pattern[str]
    within: re.Pattern[str]
    ending: re.Pattern[str]


def without_courtesy(text: str) -> str:
    """What is nothing but courtesy is left with nothing."""
    known = _courtesies(catalogue.edition())
    return known.ending.sub("", known.within.sub(r"\1 ", known.opening.sub("", text)))


def with_courtesy(text: str, language: str) -> Iterator[str]:
    """As it may be said more politely, one courtesy at a time."""
    for ending in catalogue.phrases("heard.endings", language):
        yield f"{text} {ending}"
    for template in reversed(catalogue.templates("heard.openings", language)):
        yield f"{every_phrasing(template)[-1]} {text}"


@lru_cache(maxsize=1)
def _courtesies(_edition: int) -> _Courtesies:
    openings = _either(one for template in catalogue.templates("heard.openings") for one in every_phrasing(template))
    courtesies, after = (
        _either(catalogue.phrases("heard.courtesies")),
        _either(catalogue.phrases("heard.courtesy-after")),
    )
    endings = _either(catalogue.phrases("heard.endings"))
    return _Courtesies(
        opening=re.compile(rf"^(?:(?:{openings})[\s,]+)+", re.IGNORECASE),
        within=re.compile(rf"^(\w+(?: (?:{after}))?) (?:{courtesies}) ", re.IGNORECASE),
        ending=re.compile(rf"(?:[\s,]+(?:{endings}))?[\s.!?…]*$", re.IGNORECASE),
    )


def _either(phrases: Iterable[str]) -> str:
    """The longest first, with either apostrophe."""
    known = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+").replace("'", "['’]") for phrase in known)
