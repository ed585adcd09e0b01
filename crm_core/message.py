"""What the core says: an id and parameters. The text is made above, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

from crm_core.money import Money


@dataclass(frozen=True, slots=True)
class Message:
    """`id` names an entry of the catalogues; a parameter `count` picks the plural form."""

    id: str
    params: dict[str, Param] = field(default_factory=dict)


Param: TypeAlias = "str | int | Money | date | datetime | Message | None"


def say(id: str, **params: Param) -> Message:
    return Message(id, params)
