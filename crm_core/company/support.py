"""What was promised to customers and what is said to them again and again, as offhook.yml describes it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from crm_core.company.part import LocalText, Part

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


def _written(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60}h {minutes % 60}m" if minutes >= 60 else f"{minutes}m"


BusinessSpan: TypeAlias = Annotated[timedelta, BeforeValidator(_span), PlainSerializer(_written, return_type=str)]
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


PLACEHOLDERS = ("agent.name", "company.name", "contact.name", "ticket.ref", "ticket.subject")
PLACEHOLDER = re.compile(r"\{([a-z.]+)\}")


def _fillable(text: LocalText) -> LocalText:
    for language, written in text.items():
        unknown = sorted(set(PLACEHOLDER.findall(written)) - set(PLACEHOLDERS))
        if unknown:
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise ValueError(f"the {language} text has {{{unknown[0]}}}, which nothing fills; there are: {known}")
        if re.search(r"[{}]", PLACEHOLDER.sub("", written)):
            raise ValueError(f"the {language} text has a brace that belongs to no placeholder")
    return text


class Macro(Part):
    """A saved reply, what becomes of the ticket with it, or both."""

    text: Annotated[LocalText, AfterValidator(_fillable)] = {}
    status: Literal["open", "waiting", "on-hold", "resolved"] | None = None
    priority: PriorityName | None = None


MacroKey: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]


class SatisfactionQuestion(Part):
    """Asked by SMS who came by phone, `after` so much time in opening hours.

    `needs_consent`: only who agreed to surveys is asked; without it everybody but who refused them.
    """

    text: Annotated[LocalText, AfterValidator(_fillable)]
    after: BusinessSpan = timedelta(hours=1)
    needs_consent: bool = True
