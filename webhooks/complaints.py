"""What the terminal says when somebody can mend it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from crm_core.errors import CrmError
from webhooks.logs import masked


class Complaint(Exception):
    """One sentence or a short list, fit to print."""


def plain_text(error: Exception) -> str:
    if isinstance(error, CrmError):
        from intents import catalogue

        return catalogue.render(error.message, "en", ZoneInfo("UTC"))
    return str(error)


def cause(error: Exception) -> str:
    """What a service's own client raised, in one line and without the token that it may quote."""
    if isinstance(error, CrmError | Complaint):
        return plain_text(error)
    lines = str(error).splitlines() or [""]
    return masked(f"{type(error).__name__}: {lines[0]}")
