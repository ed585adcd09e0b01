"""Tickets and what is said on them."""

from crm_core import handover, references
from crm_core.support import tickets
from crm_core.support.tickets import Status, Ticket

references.register("T", Ticket, tickets.remove_parts)
handover.register("ticket", "assignee_id", Ticket.status != Status.RESOLVED)

__all__ = ["tickets"]
