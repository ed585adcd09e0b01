"""The private address of an agent's calendar: a token in it opens it, and only its hash is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, rights
from crm_core.agents import Actor, Agent, actor_of
from crm_core.db import Base
from crm_core.errors import Invalid
from crm_core.private_addresses import digest, new_token


class CalendarFeed(Base):
    """One an agent: a new address ends the old one."""

    __tablename__ = "calendar_feed"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True, autoincrement=False)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


async def subscribe(session: AsyncSession, actor: Actor, now: datetime) -> str:
    """The token, shown once; whatever address there was before is closed."""
    rights.require(actor, "calendar.subscribe")
    if actor.agent_id is None:
        raise Invalid("rights.not-linked")
    await close(session, actor.agent_id)
    token = new_token()
    session.add(CalendarFeed(agent_id=actor.agent_id, token_hash=digest(token), created_at=now))
    await session.flush()
    await activity.record(session, actor, "calendar.subscribed", "agent", actor.agent_id, now)
    return token


def address(session: AsyncSession, token: str) -> str:
    return f"{session.info['base_url']}/calendar/{token}.ics"


async def close(session: AsyncSession, agent_id: int) -> None:
    await session.execute(delete(CalendarFeed).where(CalendarFeed.agent_id == agent_id))


async def has_address(session: AsyncSession, agent_id: int) -> bool:
    return await session.get(CalendarFeed, agent_id) is not None


async def reader(session: AsyncSession, token: str) -> Actor | None:
    """Whose calendar it is."""
    agent = await session.scalar(
        select(Agent)
        .join(CalendarFeed, CalendarFeed.agent_id == Agent.id)
        .where(CalendarFeed.token_hash == digest(token))
    )
    return actor_of(agent, "calendar") if agent is not None else None
