"""A kind of argument: how it looks in a sentence and what it becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known when a word is read: the local time, the house currency, the records just shown."""

    now: datetime
    currency: str
    shown: list[str]


@dataclass(frozen=True, slots=True)
class Slot:
    """`pattern` finds the words in a sentence; `read` makes the value of them or raises Invalid.

    `is_free`: any words at all would do.
    """

    name: str
    pattern: str
    read: Callable[[str, Heard], object]
    is_free: bool = False
