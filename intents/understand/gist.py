"""The gist of a sentence: what is said without the names, texts and other values in it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

WIDTH = 2**17
VALUE = "thevalue"
_TOKEN = re.compile(r"\w+(?:['’\-]\w+)*|[^\w\s]")
_FAR = 6


@dataclass(frozen=True, slots=True)
class Gist:
    """One weight a trait: a token and its neighbours show whether it belongs to a value."""

    weights: NDArray[np.float32]
    bias: float

    def of(self, text: str) -> str:
        said = tokens(text)
        return without(said, [float(self.weights[traits(said, at)].sum()) + self.bias > 0 for at in range(len(said))])


def tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def tokens_within(text: str, places: Sequence[tuple[int, int]]) -> list[bool]:
    """For each token whether it begins in one of the places."""
    return [any(begin <= token.start() < end for begin, end in places) for token in _TOKEN.finditer(text)]


def without(said: Sequence[str], is_value: Sequence[bool]) -> str:
    """One word stands for each value."""
    words: list[str] = []
    for value, group in groupby(zip(said, is_value, strict=True), key=lambda each: each[1]):
        words += [VALUE] if value else [token for token, _is_value in group]
    return " ".join(words)


def traits(said: Sequence[str], at: int) -> list[int]:
    """The columns of what a token shows, each once."""
    return list({zlib.crc32(trait.encode()) % WIDTH for trait in _traits(said, at)})


def _traits(said: Sequence[str], at: int) -> Iterator[str]:
    words = [token.lower() for token in said[max(0, at - _FAR) : at + _FAR + 1]]
    here = min(at, _FAR)
    padded = ["<", "<", "<", *words, ">", ">"]
    third, second, before, this, behind, after = padded[here : here + 6]
    yield from (f"0{this}", f"-1{before}", f"+1{behind}", f"-2{second}", f"+2{after}")
    yield from (f"-0{before} {this}", f"+0{this} {behind}", f"-+{before} {behind}")
    yield from (f"--{second} {before}", f"++{behind} {after}", f"---{third} {second} {before}")
    yield from (f"end{this[-3:]}", f"end{this[-2:]}", f"start{this[:3]}", f"start{this[:4]}")
    yield f"shape{_shape(said[at])}"
    yield "shapes" + "".join(_shape(near) for near in said[max(0, at - 1) : at + 2])
    yield from (f"first{said[0].lower()}", f"second{' '.join(said[:2]).lower()}", f"last{said[-1].lower()}")
    yield from (f"at{min(at, 5)}", f"left{min(len(said) - 1 - at, 5)}")
    yield from (f"<{word}" for word in words[:here])
    yield from (f">{word}" for word in words[here + 1 :])


def _shape(token: str) -> str:
    if token.isupper():
        return "A"
    if token[:1].isupper():
        return "T"
    return "a" if token.isalpha() else "0" if token[:1].isdigit() else "-"
