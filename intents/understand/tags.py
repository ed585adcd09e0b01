"""The tags that the words of a sentence can have: outside of every argument, or at the begin, inside, at the end or
the single word of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from intents.understand.clues import Hashes, hashed


class Part(StrEnum):
    BEGIN = "B"
    INSIDE = "I"
    END = "E"
    SINGLE = "S"


PARTS = tuple(Part)
OUTSIDE = 0
_OPENS = {Part.BEGIN, Part.INSIDE}
_GOES_ON = {Part.INSIDE, Part.END}


@dataclass(frozen=True, slots=True)
class Sought:
    """An argument as the tagger looks for it; any words would do where there is no pattern."""

    name: str
    slot: str
    pattern: str | None
    is_required: bool = False


def tag(argument: int, part: Part) -> int:
    return 1 + argument * len(PARTS) + PARTS.index(part)


@dataclass(frozen=True, slots=True)
class Tags:
    """Of a command's arguments. `names` are the hashes of each tag's names, from the general to the special, and
    `steps` those of one behind another; `allowed` are such steps."""

    count: int
    names: Hashes
    steps: Hashes
    allowed: NDArray[np.bool_]
    can_start: NDArray[np.bool_]
    can_end: NDArray[np.bool_]


@lru_cache(maxsize=2000)
def tags_of(command: str, arguments: tuple[Sought, ...]) -> Tags:
    every: list[tuple[Part | None, Sought | None]] = [(None, None)]
    every += [(part, argument) for argument in arguments for part in PARTS]
    named = [_names(command, part, argument) for part, argument in every]
    steps = [
        [[hashed(f"{a}>{b}") for a, b in zip(before, behind, strict=True)] for behind in named] for before in named
    ]
    allowed = [
        [_may_follow(part, argument, next_part, next_) for next_part, next_ in every] for part, argument in every
    ]
    return Tags(
        count=len(every),
        names=np.array([[*map(hashed, names)] for names in named], np.uint32),
        steps=np.array(steps, np.uint32),
        allowed=np.array(allowed, bool),
        can_start=np.array([part not in _GOES_ON for part, _argument in every], bool),
        can_end=np.array([part not in _OPENS for part, _argument in every], bool),
    )


def _names(command: str, part: Part | None, argument: Sought | None) -> Sequence[str]:
    if part is None or argument is None:
        return "O", "O.", f"O {command}"
    is_free = argument.pattern is None
    general = argument.name if is_free else argument.slot
    return f"{part} {is_free}", f"{part} {general}", f"{part} {command} {argument.name}"


def _may_follow(part: Part | None, argument: Sought | None, next_part: Part | None, next_: Sought | None) -> bool:
    if part in _OPENS or next_part in _GOES_ON:
        return part in _OPENS and next_part in _GOES_ON and argument is next_
    return True


def stretches(path: Sequence[int]) -> list[tuple[int, int, int]]:
    """Argument, first word and the one behind its last, for each way of being tagged that is allowed."""
    found: list[tuple[int, int, int]] = []
    begin = 0
    for at, number in enumerate(path):
        if number == OUTSIDE:
            continue
        argument, part = divmod(number - 1, len(PARTS))
        if PARTS[part] in {Part.BEGIN, Part.SINGLE}:
            begin = at
        if PARTS[part] in {Part.END, Part.SINGLE}:
            found.append((argument, begin, at + 1))
    return found
