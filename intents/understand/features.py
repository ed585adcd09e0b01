"""What a linear classifier sees of an utterance: its words and word pairs, and the pieces of its words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

# What is longer is no order to a machine: the rest is not read, so that nobody can make us slow.
LONGEST = 600
_WORD = re.compile(r"\w+")
_MOST_REMEMBERED = 10_000
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
        yield from _pieces_of(word)


def _pieces_of(word: str) -> Iterator[str]:
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
    def seen_in(cls, texts: Sequence[str], split: Callable[[str], Iterable[str]], least: int = 1) -> Terms:
        counts = Counter(term for text in texts for term in set(split(text)))
        names = sorted(name for name, count in counts.items() if count >= least)
        each = np.array([counts[name] for name in names], dtype=np.float32)
        rarity = np.log((1 + len(texts)) / (1 + each)) + 1
        return cls({name: column for column, name in enumerate(names)}, rarity.astype(np.float32))

    def known(self, terms: Iterable[str]) -> tuple[int, ...]:
        """The columns of the terms that were seen in training; others count for nothing."""
        columns = self.columns
        return tuple(columns[term] for term in terms if term in columns)

    def row(self, found: Iterable[int]) -> Row:
        """Each column once, and values of length one."""
        counts = Counter(found)
        columns = np.fromiter(counts.keys(), np.int64, len(counts))
        values = np.fromiter(counts.values(), np.float32, len(counts))
        values = (np.log(values) + 1) * self.rarity[columns]
        length = float(np.sqrt(values @ values))
        return columns, values / length if length else values


@dataclass(frozen=True, slots=True)
class Features:
    words: Terms
    pieces: Terms
    # The pieces of words that were asked about: people say the same words again and again.
    _remembered: dict[str, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def seen_in(cls, texts: Sequence[str], *, least: int = 1) -> Features:
        """`least`: in how many texts words and their pairs must stand to count."""
        plain = [_plain(text) for text in texts]
        return cls(Terms.seen_in(plain, words, least), Terms.seen_in(plain, pieces))

    @property
    def count(self) -> int:
        return len(self.words.columns) + len(self.pieces.columns)

    def row(self, text: str) -> Row:
        """The pieces' columns follow those of the words."""
        plain = _plain(text)
        word_columns, word_values = self.words.row(self.words.known(words(plain)))
        piece_columns, piece_values = self.pieces.row(chain.from_iterable(map(self._pieces_known, plain.split())))
        return (
            np.concatenate([word_columns, piece_columns + len(self.words.columns)]),
            np.concatenate([word_values, piece_values]),
        )

    def _pieces_known(self, word: str) -> tuple[int, ...]:
        found = self._remembered.get(word)
        if found is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            found = self._remembered[word] = self.pieces.known(_pieces_of(word))
        return found

    def names(self) -> list[str]:
        """What each column stands for, fit to print: `…ing ` is a piece."""
        return [*self.words.columns, *(f"…{piece}…" for piece in self.pieces.columns)]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
