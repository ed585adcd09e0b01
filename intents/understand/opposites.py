"""Whether a sentence does or undoes: `no longer`, `un-`, `wieder`, `nicht mehr` mean the same to every command, so they
are learnt from all pairs of commands that undo each other, together."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from intents.understand.features import pieces, words

WIDTH = 2**16
DOES, UNDOES = "itdoes", "itundoes"
_HARDLY = 0.2
_MOST = 4
_FILE = Path(__file__).with_suffix(".yml")


@dataclass(frozen=True, slots=True)
class Opposites:
    weights: NDArray[np.float32]
    bias: float

    def of(self, gist: str) -> str:
        """`itundoes itundoes` where it is rather sure."""
        return said(self.score(gist))

    def score(self, gist: str) -> float:
        """Above zero where it does something, below where it undoes it."""
        columns = traits(gist)
        return float(self.weights[columns].sum()) / max(1.0, float(np.sqrt(len(columns)))) + self.bias


def said(score: float) -> str:
    if abs(score) < _HARDLY:
        return ""
    return " ".join([DOES if score > 0 else UNDOES] * min(_MOST, int(1 + 2 * abs(score))))


def traits(gist: str) -> list[int]:
    """The columns of the words, pairs of words and pieces of words, each once."""
    return list({zlib.crc32(term.encode()) % WIDTH for term in _terms(gist.lower())})


def _terms(gist: str) -> Iterator[str]:
    yield from words(gist)
    yield from (f"…{piece}" for piece in pieces(gist))


def own_opposites() -> list[tuple[str, str]]:
    """The commands that do something, each with the one that undoes it."""
    return [(does, undoes) for does, undoes in yaml.safe_load(_FILE.read_text(encoding="utf-8"))]
