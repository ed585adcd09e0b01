"""Pipelines and their stages, as offhook.yml describes them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from crm_core.company.part import LocalText, Part


class StageRule(Part):
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    name: LocalText
    probability: Annotated[int, Field(ge=0, le=100)]
    outcome: Literal["open", "won", "lost"] = "open"
