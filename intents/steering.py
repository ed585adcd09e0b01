"""What is said about the conversation itself: yes, no, back, never mind, `no, I meant T-43`.

Which words these are is in `dialogue.po` of each language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crm_core import references
from intents import catalogue
from intents.registry import Argument, Command
from intents.understand.grammar import clean, compiled
from intents.values.written import written

_NEW, _OLD = r".{1,200}?", r".{1,80}?"
# What no kind of value looks like: a pattern that takes it takes any words.
_NONSENSE = "zzqx"
_FEW_WORDS = 3


@dataclass(frozen=True, slots=True)
class Correction:
    """`is_explicit`: `I meant …`, and not a mere no with something behind it."""

    new: str
    old: str | None
    is_explicit: bool


def is_yes(text: str) -> bool:
    return _means(text, "heard.yes")


def is_no(text: str) -> bool:
    return _means(text, "heard.no")


def cancels(text: str) -> bool:
    return _means(text, "heard.cancel")


def goes_back(text: str) -> bool:
    return _means(text, "heard.back")


def correction(text: str) -> Correction | None:
    said = " ".join(text.split()).rstrip(" .!?…")
    for id, is_explicit in (("heard.corrections", True), ("heard.objections", False)):
        for pattern in _templates(id):
            match = pattern.fullmatch(said)
            if match is not None:
                found = match.groupdict()
                return Correction(found["new"].strip(" ,"), found.get("old"), is_explicit)
    return None


def corrected(command: Command, words: Mapping[str, str], wanted: Correction) -> dict[str, str] | None:
    """The words with one of them replaced, which then is the newest; None when it fits none of them."""
    newest_first = [
        argument for name in reversed(list(words)) for argument in command.arguments if argument.name == name
    ]
    fitting = [argument for argument in newest_first if _fits(argument, wanted)]
    replaced = [argument for argument in fitting if wanted.old is not None and _says(words[argument.name], wanted.old)]
    if wanted.old is not None and not replaced:
        return None
    strict = [argument for argument in replaced or fitting if not _is_loose(argument)]
    chosen = next(iter([*strict, *(replaced or fitting)]), None)
    if chosen is None:
        return None
    return {**{name: word for name, word in words.items() if name != chosen.name}, chosen.name: wanted.new}


def _fits(argument: Argument, wanted: Correction) -> bool:
    new = written(wanted.new).text
    if re.fullmatch(argument.slot.pattern, new, re.IGNORECASE) is None:
        return False
    record = references.parse(new)
    kind = argument.slot.name
    if record is not None and kind not in {record[0], "record", f"{record[0]}s"}:
        return False
    if wanted.is_explicit:
        return True
    return not argument.slot.is_free or (not _is_wordy(argument) and len(new.split()) <= _FEW_WORDS)


def _is_loose(argument: Argument) -> bool:
    return re.fullmatch(argument.slot.pattern, _NONSENSE, re.IGNORECASE) is not None


def _is_wordy(argument: Argument) -> bool:
    """A text could begin with a no itself."""
    return argument.slot.name in {"text", "wording", "words", "announcement", "item", "why"}


def _says(word: str, old: str) -> bool:
    return _plain(old) in _plain(word)


def _means(text: str, id: str) -> bool:
    return not _phrases(id).isdisjoint({_plain(text), _plain(clean(text))})


def _plain(text: str) -> str:
    return re.sub(r"[\s,.!?…]+", " ", text.casefold()).strip()


@lru_cache
def _phrases(id: str) -> frozenset[str]:
    return frozenset(_plain(phrase) for phrase in catalogue.phrases(id))


@lru_cache
def _templates(id: str) -> Sequence[re.Pattern[str]]:
    return [compiled(template.strip(), {"new": _NEW, "old": _OLD}) for template in catalogue.templates(id)]
