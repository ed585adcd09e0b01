"""What a branch of the phone menu may depend on, as offhook.yml describes it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from crm_core.company.part import Part
from crm_core.company.support import BusinessSpan


class Case(Part):
    """All that is named must hold. `branch` lends its hours; `collected` names an answer, `is` what it may be:
    `49*` is a beginning, words hold when they are said among others.
    """

    hours: Literal["open", "closed"] | None = None
    branch: str | None = None
    contact: Literal["known", "unknown"] | None = None
    tag: str | None = None
    tickets: Literal["open", "none"] | None = None
    language: str | None = None
    queue: str | None = None
    staffed: bool | None = None
    more_waiting_than: Annotated[int, Field(ge=0)] | None = None
    longer_wait_than: BusinessSpan | None = None
    emergency: bool | None = None
    collected: str | None = None
    is_: Annotated[list[str], Field(alias="is")] = []
    goto: str

    @model_validator(mode="after")
    def _complete(self) -> Case:
        if not self.conditions:
            raise ValueError("names no condition: what always holds belongs under `else`")
        asked = (self.staffed, self.more_waiting_than, self.longer_wait_than)
        if (self.queue is None) != all(value is None for value in asked):
            raise ValueError("`queue` goes with staffed, more_waiting_than or longer_wait_than")
        if self.branch is not None and self.hours is None:
            raise ValueError("`branch` goes with hours")
        if (self.collected is None) != (not self.is_):
            raise ValueError("`collected` goes with `is`")
        return self

    @property
    def conditions(self) -> list[str]:
        """In words, for the drawing."""
        whose = f" ({self.branch})" if self.branch is not None else ""
        named = [
            (self.hours, f"{self.hours}{whose}"),
            (self.contact, f"{self.contact} caller"),
            (self.tag, f"tagged {self.tag}"),
            (self.tickets, "has open tickets" if self.tickets == "open" else "no open ticket"),
            (self.language, f"speaks {self.language}"),
            (self.staffed, f"{'somebody' if self.staffed else 'nobody'} in {self.queue}"),
            (self.more_waiting_than, f"over {self.more_waiting_than} waiting in {self.queue}"),
            (self.longer_wait_than, f"wait over {self._minutes} min in {self.queue}"),
            (self.emergency, "emergency" if self.emergency else "no emergency"),
            (self.collected, f"{self.collected} is {' or '.join(self.is_)}"),
        ]
        return [words for value, words in named if value is not None]

    @property
    def _minutes(self) -> int:
        return int(self.longer_wait_than.total_seconds()) // 60 if self.longer_wait_than is not None else 0
