"""What was promised to customers, as offhook.yml describes it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from crm_core.company.part import Part

PriorityName: TypeAlias = Literal["urgent", "high", "normal", "low"]
_SPAN = re.compile(r"(?:(\d{1,4})\s?h)?\s?(?:(\d{1,5})\s?m)?")


def _span(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = _SPAN.fullmatch(value.strip())
    span = timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0)) if match else timedelta()
    if not span:
        raise ValueError(f"{value} is no length of time; write it like 30m, 4h or 1h 30m")
    return span


BusinessSpan: TypeAlias = Annotated[timedelta, BeforeValidator(_span)]
"""Counted in opening hours only."""


class SlaPolicy(Part):
    """`organisation` and `queue` restrict it to a customer's company and to a queue; `branch` lends its hours.

    A priority without a target is promised nothing.
    """

    name: str
    organisation: str | None = None
    queue: str | None = None
    branch: str | None = None
    first_response: dict[PriorityName, BusinessSpan] = {}
    resolution: dict[PriorityName, BusinessSpan] = {}

    def covers(self, organisation: str | None, queue: str | None) -> bool:
        if self.organisation is not None and self.organisation.casefold() != (organisation or "").casefold():
            return False
        return self.queue is None or self.queue == queue


class Sla(Part):
    """`answered_by`: what counts as the first response, a public reply alone or a claim as well."""

    answered_by: Literal["reply", "claim"] = "reply"
    warn_at_percent: Annotated[int, Field(ge=1, le=99)] = 80
    policies: list[SlaPolicy] = []

    def policy_for(self, organisation: str | None, queue: str | None) -> SlaPolicy | None:
        """The first that fits."""
        return next((policy for policy in self.policies if policy.covers(organisation, queue)), None)
