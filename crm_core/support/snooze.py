"""Snooze: out of sight until a moment, then back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import outbox, rights
from crm_core.agents import SYSTEM, Actor
from crm_core.errors import Invalid
from crm_core.outbox import EffectKind
from crm_core.support import tickets
from crm_core.support.tickets import Ticket

WAKE = "ticket.snooze-ended"


async def snooze(session: AsyncSession, actor: Actor, ticket_id: int, until: datetime, now: datetime) -> Ticket:
    """In no list and not next until then."""
    rights.require(actor, "ticket.snooze")
    if until <= now:
        raise Invalid("ticket.snooze-past")
    ticket = await tickets.locked(session, ticket_id)
    ticket.refuse_when_done()
    await tickets.change(session, actor, ticket, "ticket.snoozed", now, snoozed_until=until)
    # An address of its own: a timer that was set before for a later moment must not hold this one back.
    address = f"timer:snooze-{ticket.id}-{ticket.version}"
    await outbox.enqueue(session, EffectKind.TIMER, address, {"verb": WAKE, "ticket": ticket.id}, now, due_at=until)
    return ticket


async def on_snooze_ended(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """A ticket that was snoozed anew, or woken before, is left as it is."""
    ticket = await session.get(Ticket, payload["ticket"], with_for_update=True, populate_existing=True)
    if ticket is not None and ticket.snoozed_until is not None and ticket.snoozed_until <= now:
        await tickets.change(session, SYSTEM, ticket, "ticket.woken", now, snoozed_until=None)
