"""A kind of argument: how it looks in a sentence and what it becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from crm_core.company import Hours


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known when a word is read: the local time, the house's currency and hours, the records just shown.

    `listed` is the list that was shown last, in its order.
    """

    now: datetime
    currency: str
    shown: list[str]
    hours: Hours | None = None
    listed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Slot:
    """`pattern` finds the words in a sentence whose numbers are written in digits; `read` makes the value of them, as
    they were said, or raises Invalid.

    `is_free`: any words at all would do. `is_long`: so is the pattern, and it is looked for once in a sentence, not
    compiled into each template.
    """

    name: str
    pattern: str
    read: Callable[[str, Heard], object]
    is_free: bool = False
    is_long: bool = False
