"""Whether a sentence does or undoes: `no longer`, `un-`, `wieder`, `nicht mehr` mean the same to every command, so they
are learnt from all pairs of commands that undo each other, together."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from intents.understand.features import pieces

WIDTH = 2**17
DOES, UNDOES = "itdoes", "itundoes"
_HARDLY = 0.2
_MOST = 4
_MOST_WORDS = 14
_WORD = re.compile(r"[\w'’]+")
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
    """The columns of the words, of any two of them, and of their pieces, each once."""
    return list({zlib.crc32(term.encode()) % WIDTH for term in _terms(gist.lower())})


def _terms(gist: str) -> Iterator[str]:
    found = list(dict.fromkeys(_WORD.findall(gist)))[:_MOST_WORDS]
    yield from found
    # `not` turns round what it stands with, near or far: `ruf ihn bitte nicht mehr an`.
    yield from (f"{first} {second}" for first, second in combinations(found, 2))
    yield from (f"…{piece}" for piece in pieces(gist))


def own_opposites() -> list[tuple[str, str]]:
    """The commands that do something, each with the one that undoes it."""
    return [(does, undoes) for does, undoes in yaml.safe_load(_FILE.read_text(encoding="utf-8"))]
