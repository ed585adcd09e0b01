"""Branches and teams, as offhook.yml describes them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import field_validator

from crm_core.company.hours import Hours
from crm_core.company.part import LocalText, Part


def known_zone(value: str) -> str:
    """Raises ValueError for what is no time zone."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError) as error:
        raise ValueError(f"{value} is no time zone; write one like Europe/Berlin") from error
    return value


class Branch(Part):
    """A place the house works from. Without hours of its own it keeps the company's."""

    name: str
    time_zone: str | None = None
    hours: Hours | None = None
    postcodes: list[str] = []
    """Beginnings of the postcodes it looks after."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        return known_zone(value) if value is not None else None


class Team(Part):
    """Colleagues who work together; who belongs to it is kept with the agents."""

    name: LocalText
    branch: str | None = None
