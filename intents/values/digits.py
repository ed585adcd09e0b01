"""Digits as they are spoken: `double five`, `oh seven nine triple one`, `null acht hundert`, `vier zwei`."""

from __future__ import annotations

from collections.abc import Sequence

from intents.values.numbers import cardinal

_REPEATS = {"double": 2, "triple": 3, "treble": 3, "doppel": 2, "dreifach": 3, "zweimal": 2, "dreimal": 3}


def is_repeat(word: str) -> bool:
    return word in _REPEATS


def spoken_digits(words: Sequence[str]) -> str | None:
    """One number where all of them make one, else what each part of them is, one behind the other."""
    whole = cardinal(words, 0) if words else None
    if whole is not None and whole[1] == len(words):
        return str(whole[0])
    text, at = "", 0
    while at < len(words):
        times = _REPEATS.get(words[at], 1)
        if times > 1:
            at += 2 if words[at + 1 : at + 2] == ["die"] else 1
        part = _part(words, at, is_single=times > 1)
        if part is None:
            return None
        text, at = text + part[0] * times, part[1]
    return text or None


def _part(words: Sequence[str], at: int, *, is_single: bool) -> tuple[str, int] | None:
    """`seven`, `forty two`, `acht hundert`: what follows the hundred is the next part."""
    if at >= len(words):
        return None
    if words[at].isascii() and words[at].isdigit():
        return words[at], at + 1
    most = 1 if is_single else 2
    found = cardinal(words[at : at + most], 0)
    return (str(found[0]), at + found[1]) if found is not None else None
