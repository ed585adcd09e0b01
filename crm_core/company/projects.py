"""How tasks are handled, as offhook.yml describes it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from crm_core.company.part import Part


class Projects(Part):
    """`remind_minutes` before a task is due its assignee is told; without it nobody is, unless they ask for it."""

    remind_minutes: Annotated[int | None, Field(ge=0, le=7 * 24 * 60)] = None
