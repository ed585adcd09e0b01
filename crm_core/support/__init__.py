"""Tickets and what is said on them."""

from crm_core import references
from crm_core.support import tickets
from crm_core.support.tickets import Ticket

references.register("T", Ticket, tickets.remove_parts)

__all__ = ["tickets"]
