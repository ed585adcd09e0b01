"""Every table that belongs to no single subject."""

from crm_core import activity, agents, cards, conversation, hold, inbox, outbox

__all__ = ["activity", "agents", "cards", "conversation", "hold", "inbox", "outbox"]
