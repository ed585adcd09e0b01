"""What the tagger sees of the words of a sentence and of those around them, each clue as a number of 32 bits."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint32]

_DIGIT = re.compile(r"\d")
_SHAPE = 6
_WORD, _FORM = 0, 1
_OWN = 6
_BESIDE = 2
# What turns the clue of a word into that of a word at another place beside it: odd, so that none are lost.
_TURNS = np.random.default_rng(1).integers(1, 2**32, 16, dtype=np.uint32) | np.uint32(1)
_BORDERS = ("\x02", "\x03")


def hashed(text: str) -> int:
    return zlib.crc32(text.encode())


def clues(sentences: Sequence[Sequence[str]]) -> Hashes:
    """A line a word, the sentences one behind the other."""
    before, behind = (_own(border) for border in _BORDERS)
    lines: list[Hashes] = []
    is_word: list[bool] = []
    for words in sentences:
        lines += [*[before] * _BESIDE, *map(_own, words), *[behind] * _BESIDE]
        is_word += [*[False] * _BESIDE, *[True] * len(words), *[False] * _BESIDE]
    here = np.flatnonzero(np.array(is_word, bool))
    seen = np.stack(lines) if lines else np.empty((0, _OWN), np.uint32)
    own, last, next_ = seen[here], seen[here - 1], seen[here + 1]
    word, last_word, next_word = own[:, _WORD], last[:, _WORD], next_[:, _WORD]
    second_last, second_next = seen[here - 2, _WORD], seen[here + 2, _WORD]
    around = [
        second_last * _TURNS[6],
        second_next * _TURNS[7],
        last_word * _TURNS[8] + word,
        word * _TURNS[9] + next_word,
        second_last * _TURNS[10] + last_word,
        next_word * _TURNS[11] + second_next,
        last[:, _FORM] * _TURNS[12] + own[:, _FORM] * _TURNS[13] + next_[:, _FORM],
        np.full(len(here), 1, np.uint32),
    ]
    return np.concatenate([own, last[:, :3] * _TURNS[0:3], next_[:, :3] * _TURNS[3:6], np.stack(around, 1)], axis=1)


@lru_cache(maxsize=8_000)
def _own(word: str) -> Hashes:
    """The word itself, its form, its beginnings and its ends."""
    plain = _DIGIT.sub("#", word.lower())
    seen = (plain, _form(word), plain[-3:], plain[:3], plain[-4:], plain[-2:])
    return np.array([hashed(f"{kind}{part}") for kind, part in enumerate(seen)], np.uint32)


def _form(word: str) -> str:
    """`Xx` of `Greta`, `X-#` of `T-42`."""
    form = ""
    for letter in word:
        kind = "X" if letter.isupper() else "x" if letter.isalpha() else "#" if letter.isdigit() else letter
        if not form.endswith(kind):
            form += kind
    return form[:_SHAPE]
