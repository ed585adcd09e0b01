"""What a caller told in their own words, in one call or in two, and the ticket it becomes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import Actor
from crm_core.callcenter.calls import Call
from crm_core.support import replies, tickets
from crm_core.support.tickets import Ticket


def whole(ivr: dict[str, Any]) -> str:
    """`begun` was told before the line went."""
    return " ".join(part for part in (str(ivr.get("begun") or ""), str(ivr.get("draft") or "").strip()) if part)


async def keep(
    session: AsyncSession, actor: Actor, call: Call, contact_id: int | None, now: datetime, queue: str | None = None
) -> Ticket:
    """One ticket: the one that was begun, or a new one."""
    text, begun = whole(call.ivr), call.ivr.get("continues")
    ticket = await replies.told_on(session, actor, begun, text, now) if begun is not None else None
    if ticket is not None:
        return ticket
    return await tickets.open_ticket(
        session, actor, subject=text, contact_id=contact_id, call_id=call.id, queue=queue, now=now
    )
