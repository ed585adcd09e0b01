"""Custom fields, as offhook.yml declares them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from crm_core.company.part import LocalText, Part


class CustomField(Part):
    """`required`: it cannot be emptied, and an import without it is refused."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: LocalText
    type: Literal["text", "number", "date", "choice"] = "text"
    choices: list[str] = []
    required: bool = False

    @model_validator(mode="after")
    def _choices_are_for_choices(self) -> CustomField:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError(f"field {self.key}: `choices` belongs to `type: choice`, and to no other")
        return self

    def shown(self, language: str) -> str:
        return self.name.get(language) or next(iter(self.name.values()))
