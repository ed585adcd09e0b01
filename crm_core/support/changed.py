"""Who wants to know that a ticket changed: the modules beside it register here, so that it need not know them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import Actor

if TYPE_CHECKING:
    from crm_core.support.tickets import Ticket

Listener: TypeAlias = "Callable[[AsyncSession, Actor, Ticket, datetime], Awaitable[None]]"

LISTENERS: list[Listener] = []


async def notify(session: AsyncSession, actor: Actor, ticket: Ticket, now: datetime) -> None:
    """In the transaction of the change, after it was written."""
    for listener in LISTENERS:
        await listener(session, actor, ticket, now)
