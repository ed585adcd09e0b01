"""Words that point back at what was just shown: `it`, `den Auftrag`, `the second one`, `her`.

Which words these are is in `dialogue.po` of each language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from crm_core import references
from crm_core.names import fold
from intents.catalogue import phrases
from intents.values.written import written

ANY = "record"
KINDS = (
    "ticket", "deal", "task", "call", "article", "quote", "appointment", "project", "hours", "callee", "contact",
    "incident",
)  # fmt: skip


def _either(words: Iterable[str]) -> str:
    """As they are said, and as they look once their numbers are written in digits."""
    known = {form for word in words for form in (word, written(word).text)}
    return "|".join(
        re.escape(word).replace(r"\ ", r"\s+") for word in sorted(known, key=lambda word: (-len(word), word))
    )


@lru_cache
def nouns(kind: str) -> str:
    return _either(phrases(f"point.kind-{kind}"))


@lru_cache
def the() -> str:
    return rf"(?:(?:{_either(phrases('point.the'))})\s+)"


@lru_cache
def _ordinals() -> list[tuple[int, str]]:
    """The position in a list, from 0, and a pattern of the words for it; -1 is the last."""
    # Each language lists ten.
    spellings = ((at % 10, phrase.split("/")) for at, phrase in enumerate(phrases("point.positions")))
    return [(-1, _either(phrases("point.last"))), *((at, _either(words)) for at, words in spellings)]


@lru_cache
def _position(kind: str) -> str:
    ordinals = "|".join(pattern for _at, pattern in _ordinals())
    noun = rf"{_either(phrases('point.one'))}|{nouns(kind)}" if kind != ANY else _either(phrases("point.one"))
    return rf"{the()}(?:{ordinals})(?:\s+(?:{noun}))?|(?:{ordinals})\s+(?:{noun})|{_numbered()}"


@lru_cache
def _numbered() -> str:
    return rf"(?:{_either(phrases('point.number'))})\s+\d{{1,2}}"


@lru_cache
def _alone() -> str:
    """`open ticket first` opens one of that name; as an answer it points."""
    return "|".join(pattern for _at, pattern in _ordinals())


@lru_cache
def pattern(kind: str = ANY) -> str:
    """What points at a record of that kind; people are pointed at as such only where a contact is wanted."""
    found = [_position(kind), _either(phrases("point.that"))]
    if kind != ANY:
        found.insert(0, rf"{the()}(?:{nouns(kind)})")
    if kind == "contact":
        found.append(_either(phrases("point.person")))
    return "|".join(found)


@lru_cache
def _points(kind: str) -> re.Pattern[str]:
    return re.compile(f"{pattern(kind)}|{_alone()}", re.IGNORECASE)


def points(text: str, kind: str = ANY) -> bool:
    return _points(kind).fullmatch(_plain(text)) is not None


def is_person(text: str) -> bool:
    return fold(text).strip() in {fold(word) for word in phrases("point.person")}


def meant(text: str, kind: str, shown: Sequence[str], listed: Sequence[str] = ()) -> list[str]:
    """The references that may be meant: one, none, or several of the list that was shown last."""
    at = _at(_plain(text), kind)
    if at is not None:
        return _of_kind(kind, listed[at : at + 1 or None])
    several = _of_kind(kind, listed) if list(shown[: len(listed)]) == list(listed) else []
    return several if len(several) > 1 else _of_kind(kind, shown)[:1]


def distance(text: str, kind: str, shown: Sequence[str], listed: Sequence[str] = ()) -> int | None:
    """How long ago it was shown, 0 for just now; None when nothing of that kind was."""
    found = meant(text, kind, shown, listed)
    return min((shown.index(ref) for ref in found if ref in shown), default=0) if found else None


def _at(text: str, kind: str) -> int | None:
    """The position that is named, if one is."""
    if re.fullmatch(f"{_position(kind)}|{_alone()}", text, re.IGNORECASE) is None:
        return None
    counted = re.fullmatch(_numbered(), text, re.IGNORECASE)
    if counted is not None:
        return int(text.split()[-1]) - 1
    words = rf"{the()}?(?:{{}})(?:\s.*)?"
    return next(at for at, pattern in _ordinals() if re.fullmatch(words.format(pattern), text, re.IGNORECASE))


def _of_kind(kind: str, shown: Sequence[str]) -> list[str]:
    parsed = ((ref, references.parse(ref)) for ref in shown)
    return [ref for ref, found in parsed if found is not None and kind in {ANY, found[0]}]


def _plain(text: str) -> str:
    return written(" ".join(text.split()).strip(" .!?,")).text
