"""Two people at one record are told of each other."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.activity import Activity
from crm_core.agents import Actor

SHORTLY = timedelta(minutes=5)
# Who only made it is not at it.
_MADE = ("ticket.opened", "deal.added", "contact.added")


async def somebody_else(
    session: AsyncSession, actor: Actor, kind: str, record_id: int, now: datetime
) -> Activity | None:
    """The newest thing that another colleague did to it in the last minutes."""
    return await session.scalar(
        select(Activity)
        .where(
            Activity.kind == kind,
            Activity.record_id == record_id,
            Activity.at > now - SHORTLY,
            Activity.agent_id.is_not(None),
            Activity.agent_id != actor.agent_id,
            Activity.verb.not_in(_MADE),
        )
        .order_by(Activity.id.desc())
        .limit(1)
    )
