"""The tags that each word of a sentence may have, and what their places say for them: an argument with a pattern stands
where that fits, or nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.understand.clues import Hashes
from intents.understand.fits import fits, widest
from intents.understand.tags import OUTSIDE, PARTS, Part, Sought, Tags, tag, tags_of
from intents.understand.tokens import Stretch, Tokens

_AROUND = " \t\r\n,;:.!?"
_IN_WIDEST, _FIRST, _LAST, _CAN_BEGIN, _CAN_END = 1, 2, 4, 8, 16
_SOMEWHERE = _IN_WIDEST | _FIRST | _LAST


@dataclass(frozen=True, slots=True)
class Lattice:
    """`fits` are the stretches of each argument that has a pattern. `open` are the tags that a word may have, a line a
    word, and `hints` what the places of the patterns say there."""

    tokens: Tokens
    tags: Tags
    fits: dict[int, list[Stretch]]
    open: NDArray[np.bool_]
    hints: Hashes

    def said(self, stretch: Stretch) -> str:
        return self.tokens.as_said(stretch).strip(_AROUND)


def lattice_of(command: str, arguments: tuple[Sought, ...], text: str) -> Lattice:
    tokens = Tokens.of(text)
    tags = tags_of(command, arguments)
    is_open = np.ones((len(tokens), tags.count), bool)
    hints = np.zeros((len(tokens), tags.count), np.uint32)
    found = {
        number: fits(argument.pattern, tokens)
        for number, argument in enumerate(arguments)
        if argument.pattern is not None
    }
    anywhere = np.zeros(len(tokens), np.uint32)
    for number, stretches in found.items():
        first = tag(number, PARTS[0])
        columns = slice(first, first + len(PARTS))
        is_open[:, columns] = False
        if not stretches:
            continue
        for at, part in _parts(stretches):
            is_open[at, tag(number, part)] = True
        hint = _hints(stretches, len(tokens))
        hints[:, columns] = hint[:, None]
        anywhere |= hint & _SOMEWHERE
    for column in (OUTSIDE, *_columns_of_any_words(arguments)):
        hints[:, column] = anywhere
    if len(tokens):
        is_open[0] &= tags.can_start
        is_open[-1] &= tags.can_end
    return Lattice(tokens, tags, found, is_open, hints)


def _parts(stretches: Sequence[Stretch]) -> Iterator[tuple[int, Part]]:
    for first, behind in stretches:
        if behind - first == 1:
            yield first, Part.SINGLE
            continue
        yield first, Part.BEGIN
        for at in range(first + 1, behind - 1):
            yield at, Part.INSIDE
        yield behind - 1, Part.END


def _hints(stretches: Sequence[Stretch], count: int) -> Hashes:
    hints = [0] * count
    for first, behind in widest(stretches):
        for at in range(first, behind):
            hints[at] |= _IN_WIDEST
        hints[first] |= _FIRST
        hints[behind - 1] |= _LAST
    for first, behind in stretches:
        hints[first] |= _CAN_BEGIN
        hints[behind - 1] |= _CAN_END
    return np.array(hints, np.uint32)


def _columns_of_any_words(arguments: Sequence[Sought]) -> list[int]:
    return [
        tag(number, part) for number, argument in enumerate(arguments) if argument.pattern is None for part in PARTS
    ]
