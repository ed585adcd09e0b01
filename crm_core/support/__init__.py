"""Tickets, what is said on them, what was promised for them, and the knowledge base."""

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import references, timers
from crm_core.support import answers, articles, changed, macros, satisfaction, sla, tickets
from crm_core.support.knowledge import Article
from crm_core.support.tickets import Ticket


async def _remove_parts(session: AsyncSession, ticket_id: int) -> None:
    for module in (satisfaction, sla, tickets):
        await module.remove_parts(session, ticket_id)


references.register("T", Ticket, _remove_parts, sla.on_undo)
references.register("A", Article, articles.remove_parts, articles.on_undo)
timers.register(sla.TIMER, sla.on_due)
timers.register(satisfaction.TIMER, satisfaction.on_due)
changed.LISTENERS += [sla.on_change, satisfaction.on_change]

__all__ = ["answers", "articles", "macros", "satisfaction", "sla", "tickets"]
