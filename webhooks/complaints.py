"""What the terminal says when somebody can mend it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from crm_core.errors import CrmError


class Complaint(Exception):
    """One sentence or a short list, fit to print."""


def plain_text(error: Exception) -> str:
    if isinstance(error, CrmError):
        from intents import catalogue

        return catalogue.render(error.message, "en", ZoneInfo("UTC"))
    return str(error)
