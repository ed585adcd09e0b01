"""Custom fields, as offhook.yml declares them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from crm_core.company.part import LocalText, Part
from crm_core.message import Local
from crm_core.names import fold


class CustomField(Part):
    """`required`: of everything that has the field, or of one kind of contact only. It cannot be emptied, an import
    without it is refused, and no ticket is resolved and no deal won without it.
    """

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Annotated[LocalText, Field(min_length=1)]
    type: Literal["text", "number", "date", "choice"] = "text"
    choices: list[str] = []
    required: bool | Literal["person", "company"] = False

    @model_validator(mode="after")
    def _choices_are_for_choices(self) -> CustomField:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError(f"field {self.key}: `choices` belongs to `type: choice`, and to no other")
        return self

    def is_required(self, kind: str) -> bool:
        """`kind`: of record, and of contacts whether they are people or companies."""
        return self.required is True or self.required == kind

    def is_called(self, word: str) -> bool:
        return fold(word.strip()) in {fold(self.key), *(fold(label) for label in self.name.values())}

    def shown(self, language: str) -> str:
        return Local(self.name).shown(language)
