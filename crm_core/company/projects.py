"""How tasks are handled, as offhook.yml describes it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from crm_core.company.part import Part


class Projects(Part):
    """`remind_minutes` before a task is due its assignee is told; without it nobody is, unless they ask for it.

    `wrap_up_minutes` are added to the time of a talk when its hours are offered.
    """

    remind_minutes: Annotated[int | None, Field(ge=0, le=7 * 24 * 60)] = None
    wrap_up_minutes: Annotated[int, Field(ge=0, le=60)] = 0
