"""Who works when, as offhook.yml describes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import field_validator, model_validator

from crm_core.company.hours import Span, week_of
from crm_core.company.part import Part

_DAY = timedelta(days=1)


class Shift(Part):
    """Of some `agents` or a whole `team`; an agent's own counts before that of their team.

    `hours` and `breaks` as `mon-fri: 08:00-16:30`, or overnight as `mon-fri: 22:00-06:00`; in a break they are away for
    `pause`. On holidays nobody begins to work, unless `on_closed_days`.
    """

    agents: list[str] = []
    team: str | None = None
    hours: dict[str, str]
    breaks: dict[str, str] = {}
    pause: str | None = None
    on_closed_days: bool = False

    @field_validator("hours", "breaks")
    @classmethod
    def _readable(cls, value: dict[str, str]) -> dict[str, str]:
        week_of(value, overnight=True)
        return value

    @model_validator(mode="after")
    def _somebodys(self) -> Shift:
        if bool(self.agents) == (self.team is not None):
            raise ValueError("a shift is either of `agents` or of a `team`")
        return self

    def hours_on(self, day: date) -> Sequence[Span]:
        return week_of(self.hours, overnight=True)[day.weekday()]

    def breaks_on(self, day: date) -> Sequence[Span]:
        """Also of a shift that goes on after midnight: 02:00-02:30 is in the night that begins on that day."""
        spans = week_of(self.breaks, overnight=True)[day.weekday()]
        return sorted([*spans, *((begins + _DAY, ends + _DAY) for begins, ends in spans)])
