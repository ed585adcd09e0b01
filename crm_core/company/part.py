"""What every part of the company file has in common."""

from __future__ import annotations

from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

LocalText: TypeAlias = dict[str, str]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
