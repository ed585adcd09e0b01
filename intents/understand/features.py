"""What a linear classifier sees of an utterance: its words and word pairs, and the pieces of its words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

# What is longer is no order to a machine: the rest is not read, so that nobody can make us slow.
LONGEST = 600
_WORD = re.compile(r"\w+")
_SHORTEST_PIECE, _LONGEST_PIECE = 2, 5

Row: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float32]]


def cut(text: str) -> str:
    return text[:LONGEST]


def words(text: str) -> Iterator[str]:
    """Single words and neighbouring pairs."""
    found = _WORD.findall(text)
    yield from found
    for first, second in pairwise(found):
        yield f"{first} {second}"


def pieces(text: str) -> Iterator[str]:
    """Two to five letters within a word, its borders counted as spaces."""
    for word in text.split():
        padded = f" {word} "
        for length in range(_SHORTEST_PIECE, _LONGEST_PIECE + 1):
            for start in range(max(1, len(padded) - length + 1)):
                yield padded[start : start + length]
            if length >= len(padded):
                break


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one kind that were seen in training, and how telling each is."""

    columns: dict[str, int]
    rarity: NDArray[np.float32]

    @classmethod
    def seen_in(cls, texts: Sequence[str], split: Callable[[str], Iterable[str]]) -> Terms:
        counts = Counter(term for text in texts for term in set(split(text)))
        names = sorted(counts)
        each = np.array([counts[name] for name in names], dtype=np.float32)
        rarity = np.log((1 + len(texts)) / (1 + each)) + 1
        return cls({name: column for column, name in enumerate(names)}, rarity.astype(np.float32))

    def row(self, terms: Iterable[str]) -> Row:
        """Columns and values of length one; terms that were never seen count for nothing."""
        counts: dict[int, int] = {}
        known = self.columns.get
        for term in terms:
            column = known(term)
            if column is not None:
                counts[column] = counts.get(column, 0) + 1
        columns = np.fromiter(counts.keys(), np.int64, len(counts))
        values = np.fromiter(counts.values(), np.float32, len(counts))
        values = (np.log(values) + 1) * self.rarity[columns]
        length = float(np.sqrt(values @ values))
        return columns, values / length if length else values


@dataclass(frozen=True, slots=True)
class Features:
    words: Terms
    pieces: Terms

    @classmethod
    def seen_in(cls, texts: Sequence[str]) -> Features:
        plain = [_plain(text) for text in texts]
        return cls(Terms.seen_in(plain, words), Terms.seen_in(plain, pieces))

    @property
    def count(self) -> int:
        return len(self.words.columns) + len(self.pieces.columns)

    def row(self, text: str) -> Row:
        """The pieces' columns follow those of the words."""
        plain = _plain(text)
        word_columns, word_values = self.words.row(words(plain))
        piece_columns, piece_values = self.pieces.row(pieces(plain))
        return (
            np.concatenate([word_columns, piece_columns + len(self.words.columns)]),
            np.concatenate([word_values, piece_values]),
        )

    def names(self) -> list[str]:
        """What each column stands for, fit to print: `…ing ` is a piece."""
        return [*self.words.columns, *(f"…{piece}…" for piece in self.pieces.columns)]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", cut(text)).lower()
