"""Every table that belongs to no single subject."""

from crm_core import (
    absences,
    activity,
    agenda,
    agents,
    calendars,
    cards,
    conversation,
    digests,
    files,
    hold,
    inbox,
    misunderstood,
    notices,
    outbox,
    references,
)
from crm_core.absences import Absence
from crm_core.files import File
from crm_core.privacy import erasures, legal_holds, retention_runs

references.register("AB", Absence)
references.register("F", File, files.remove_parts)

__all__ = [
    "absences",
    "activity",
    "agenda",
    "agents",
    "calendars",
    "cards",
    "conversation",
    "digests",
    "erasures",
    "files",
    "hold",
    "inbox",
    "legal_holds",
    "misunderstood",
    "notices",
    "outbox",
    "retention_runs",
]
