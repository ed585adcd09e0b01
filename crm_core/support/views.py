"""Saved views: a list that an agent asks for by a name of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import rights
from crm_core.activity import Json
from crm_core.agents import Actor
from crm_core.db import Base, BigId
from crm_core.errors import NotFound

LONGEST_NAME = 40


class TicketView(Base):
    """`wanted`: the arguments of `list_tickets`."""

    __tablename__ = "ticket_view"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    name: Mapped[str]
    wanted: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("agent_id", "name"),)


async def save_view(
    session: AsyncSession, actor: Actor, name: str, wanted: dict[str, Any], now: datetime
) -> TicketView:
    """The same name again replaces it."""
    rights.require(actor, "ticket.read")
    view = await _named(session, actor, name)
    if view is None:
        assert actor.agent_id is not None
        view = TicketView(agent_id=actor.agent_id, name=_key(name), wanted=wanted, created_at=now)
        session.add(view)
    else:
        view.wanted = wanted
    await session.flush()
    return view


async def view_of(session: AsyncSession, actor: Actor, name: str) -> TicketView:
    """Raises NotFound."""
    rights.require(actor, "ticket.read")
    view = await _named(session, actor, name)
    if view is None:
        names = ", ".join(known.name for known in await views(session, actor))
        raise NotFound("ticket.view-unknown", text=name[:LONGEST_NAME], names=names or None)
    return view


async def views(session: AsyncSession, actor: Actor) -> Sequence[TicketView]:
    found = await session.scalars(
        select(TicketView).where(TicketView.agent_id == actor.agent_id).order_by(TicketView.name)
    )
    return found.all()


async def _named(session: AsyncSession, actor: Actor, name: str) -> TicketView | None:
    return await session.scalar(
        select(TicketView).where(TicketView.agent_id == actor.agent_id, TicketView.name == _key(name))
    )


def _key(name: str) -> str:
    return name.strip().casefold()[:LONGEST_NAME]
