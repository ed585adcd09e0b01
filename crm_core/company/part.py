"""What every part of the company file has in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

LocalText: TypeAlias = dict[str, str]
Path: TypeAlias = tuple[str | int, ...]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)


@dataclass(frozen=True, slots=True)
class Fault:
    """`at`: the way from the part that complains to where the fault stands, key by key."""

    at: Path
    text: str


class Mistake(ValueError):
    """What a validator raises for faults that stand further down than the part it looks at."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, fault.at))}: {fault.text}" for fault in faults))
        self.faults = faults


def refuse(faults: Iterable[Fault]) -> None:
    """Raises Mistake when there are any."""
    found = tuple(faults)
    if found:
        raise Mistake(*found)
