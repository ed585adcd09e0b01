"""Every table that belongs to no single subject."""

from crm_core import (
    absences,
    activity,
    agenda,
    agents,
    calendars,
    cards,
    conversation,
    hold,
    inbox,
    notices,
    outbox,
    references,
)
from crm_core.absences import Absence
from crm_core.privacy import erasures

references.register("AB", Absence)

__all__ = [
    "absences",
    "activity",
    "agenda",
    "agents",
    "calendars",
    "cards",
    "conversation",
    "erasures",
    "hold",
    "inbox",
    "notices",
    "outbox",
]
