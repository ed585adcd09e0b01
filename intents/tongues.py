"""Languages as people call them: `de`, German, Deutsch."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from crm_core.names import fold
from intents.catalogue import languages


def code_of(word: str) -> str | None:
    """The two letters of a language named by them or in one of our own languages."""
    return _codes().get(fold(word.strip()))


def name_of(code: str, language: str) -> str:
    return str(Locale(language).languages.get(code, code))


@lru_cache
def _codes() -> dict[str, str]:
    named = [(code, name) for language in languages() for code, name in Locale(language).languages.items()]
    short = [(code, name) for code, name in named if len(code) == 2]
    return {fold(str(name)): code for code, name in short} | {code: code for code, _name in short}
