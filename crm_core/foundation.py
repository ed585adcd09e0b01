"""Every table that belongs to no single subject."""

from crm_core import activity, agents, cards, conversation, files, hold, inbox, outbox, references
from crm_core.files import File
from crm_core.privacy import erasures, legal_holds, retention_runs

references.register("F", File, files.remove_parts)

__all__ = [
    "activity",
    "agents",
    "cards",
    "conversation",
    "erasures",
    "files",
    "hold",
    "inbox",
    "legal_holds",
    "outbox",
    "retention_runs",
]
