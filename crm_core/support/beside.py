"""Two people at one ticket are told of each other."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.activity import Activity
from crm_core.agents import Actor

SHORTLY = timedelta(minutes=5)


async def somebody_else(session: AsyncSession, actor: Actor, ticket_id: int, now: datetime) -> Activity | None:
    """The newest thing that another colleague did to it in the last minutes."""
    return await session.scalar(
        select(Activity)
        .where(
            Activity.kind == "ticket",
            Activity.record_id == ticket_id,
            Activity.at > now - SHORTLY,
            Activity.agent_id.is_not(None),
            Activity.agent_id != actor.agent_id,
            Activity.verb != "ticket.opened",
        )
        .order_by(Activity.id.desc())
        .limit(1)
    )
