"""Who may see figures about whom, as offhook.yml describes it."""

from __future__ import annotations

from typing import Literal

from crm_core.company.part import Part


class Figures(Part):
    """`about_agents`: who sees figures about one colleague: that person alone, leads too, or everybody."""

    about_agents: Literal["own", "lead", "all"] = "own"
