"""Every table that belongs to no single subject."""

from crm_core import activity, agents, cards, conversation, hold, inbox, outbox
from crm_core.privacy import erasures

__all__ = ["activity", "agents", "cards", "conversation", "erasures", "hold", "inbox", "outbox"]
