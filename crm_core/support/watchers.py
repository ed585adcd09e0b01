"""Watchers: colleagues who keep a ticket in sight. Its card is in their own chat and follows every change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, rights
from crm_core.agents import Actor, Agent, Identity
from crm_core.company import CardPlace
from crm_core.db import Base
from crm_core.errors import Refused
from crm_core.support import tickets
from crm_core.support.tickets import Ticket

_CHATS = ("slack", "telegram")


class TicketWatcher(Base):
    __tablename__ = "ticket_watcher"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True, index=True)


async def watch(session: AsyncSession, actor: Actor, ticket_id: int, now: datetime) -> Ticket:
    rights.require(actor, "ticket.watch")
    ticket = await tickets.locked(session, ticket_id)
    if await session.get(TicketWatcher, (ticket.id, actor.agent_id)) is not None:
        raise Refused("ticket.already-watched", ref=ticket.ref)
    await session.execute(insert(TicketWatcher).values(ticket_id=ticket.id, agent_id=actor.agent_id))
    await activity.record(session, actor, "ticket.watched", "ticket", ticket.id, now)
    await cards.refresh(session, "ticket", ticket.id, now)
    return ticket


async def unwatch(session: AsyncSession, actor: Actor, ticket_id: int, now: datetime) -> Ticket:
    rights.require(actor, "ticket.watch")
    ticket = await tickets.locked(session, ticket_id)
    known = await session.get(TicketWatcher, (ticket.id, actor.agent_id))
    if known is None:
        raise Refused("ticket.not-watched", ref=ticket.ref)
    await session.delete(known)
    await session.flush()
    await activity.record(session, actor, "ticket.unwatched", "ticket", ticket.id, now)
    return ticket


async def watchers(session: AsyncSession, ticket_id: int) -> Sequence[str]:
    """Their names."""
    found = await session.scalars(
        select(Agent.name)
        .join(TicketWatcher, TicketWatcher.agent_id == Agent.id)
        .where(TicketWatcher.ticket_id == ticket_id)
        .order_by(Agent.name)
    )
    return found.all()


async def places(session: AsyncSession, ticket_id: int) -> Sequence[CardPlace]:
    """Where watchers read: each linked chat of theirs."""
    found = await session.execute(
        select(Identity.channel, Identity.external_id, Agent.language)
        .join(Agent, Agent.id == Identity.agent_id)
        .join(TicketWatcher, TicketWatcher.agent_id == Agent.id)
        .where(TicketWatcher.ticket_id == ticket_id, Identity.channel.in_(_CHATS))
    )
    return [
        CardPlace(place=f"{channel}:{account}", language=language, kinds=["ticket"])
        for channel, account, language in found
    ]


async def remove_watchers(session: AsyncSession, ticket_id: int) -> None:
    await session.execute(delete(TicketWatcher).where(TicketWatcher.ticket_id == ticket_id))
