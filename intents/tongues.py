"""Languages as people call them: `de`, German, Deutsch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from babel import Locale

from crm_core.names import fold
from intents.catalogue import languages

_WORD = re.compile(r"\w+")
# Words that hold sentences together, and that the other language does not have.
_GERMAN_WORDS = (
    "der die das den dem des ein eine einen einem und oder nicht kein keine wir sie ihr ihre uns unser unsere ist sind"
    " wird werden haben kann können bitte zur zum im am vom bei mit nach aus auf für von wegen durch bis heute morgen"
    " leider gerade nur noch auch wieder ab zurzeit derzeit strom wasser"
)
_ENGLISH_WORDS = (
    "the a and or not no we you our your is are has have be been cannot please to of at on by with from for because due"
    " until today tomorrow currently there this that only again down out north south east west power water"
)
_COMMON = {"de": frozenset(_GERMAN_WORDS.split()), "en": frozenset(_ENGLISH_WORDS.split())}
_GERMAN = re.compile(r"[äöüß]|\w(?:ung|keit|heit|schaft|bruch|ausfall)\b")


def code_of(word: str) -> str | None:
    """The two letters of a language named by them or in one of our own languages."""
    return _codes().get(fold(word.strip()))


def names() -> list[str]:
    """Our own languages, as each of us calls them."""
    return sorted({str(Locale(one).languages[code]) for one in languages() for code in languages()})


def name_of(code: str, language: str) -> str:
    return str(Locale(language).languages.get(code, code))


def written_in(text: str, languages: Sequence[str]) -> str | None:
    """Which of them a sentence is in, as far as its words tell; None where they tell nothing, or of two."""
    words = set(_WORD.findall(text.casefold()))
    counts = {code: len(words & _COMMON.get(code, frozenset())) for code in languages}
    if "de" in counts:
        counts["de"] += len(_GERMAN.findall(text.casefold()))
    best = max(counts.values(), default=0)
    found = [code for code, count in counts.items() if count == best]
    return found[0] if best and len(found) == 1 else None


@lru_cache
def _codes() -> dict[str, str]:
    named = [(code, name) for language in languages() for code, name in Locale(language).languages.items()]
    short = [(code, name) for code, name in named if len(code) == 2]
    return {fold(str(name)): code for code, name in short} | {code: code for code, _name in short}
