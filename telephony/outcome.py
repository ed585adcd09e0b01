"""Where a node's answer leads the caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from telephony.voice import Spoken


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Counted: the third one leads to a person. `why` is said instead of a mere apology."""

    why: Spoken | None = None


@dataclass(frozen=True, slots=True)
class SayAgain:
    """The caller stays at the node, whose prompt has changed or is wanted once more. `before` is said first."""

    before: list[Spoken] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NeedsPin:
    """The caller stays at the node; the PIN is asked for before it goes on."""


@dataclass(frozen=True, slots=True)
class GoTo:
    """`before` is said first."""

    node: str
    before: list[Spoken] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing is left to do: goodbye (in the words of `last`), after `before`."""

    before: list[Spoken]
    last: Spoken | None = None


Outcome: TypeAlias = NotUnderstood | SayAgain | NeedsPin | GoTo | Ended
