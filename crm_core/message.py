"""What the core says: an id and parameters. The text is made above, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

from crm_core.money import Money


@dataclass(frozen=True, slots=True)
class Message:
    """`id` names an entry of the catalogues; a parameter `count` picks the plural form."""

    id: str
    params: dict[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Local:
    """A text of offhook.yml, by language."""

    texts: Mapping[str, str]

    def shown(self, language: str) -> str:
        """Where it is not there in the language, in the first that it is in."""
        return self.texts.get(language) or next(iter(self.texts.values()))


Param: TypeAlias = "str | int | Money | date | datetime | Message | Local | None"


def say(id: str, **params: Param) -> Message:
    return Message(id, params)


def listed(values: Sequence[Param]) -> Param:
    """One after the other; None for none."""
    found: Param = None
    for value in values:
        found = value if found is None else say("list.both", first=found, second=value)
    return found
