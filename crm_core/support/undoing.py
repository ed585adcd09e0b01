"""What is brought up to date when a change of a ticket was taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.support import search, sla


async def on_undo(session: AsyncSession, ticket_id: int, now: datetime) -> None:
    await sla.on_undo(session, ticket_id, now)
    await search.index(session, ticket_id)
