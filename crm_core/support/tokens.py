"""The words by which tickets are found."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ForeignKey, Index, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.db import BYTEWISE, Base
from crm_core.outbox import insert_ignoring
from crm_core.tokens import exchange, tokens_of


class TicketToken(Base):
    """A folded word of a ticket: of its subject, description, comments or own fields."""

    __tablename__ = "ticket_token"

    token: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    __table_args__ = (
        Index("ix_ticket_token_ticket_id", "ticket_id", "token"),
        {"sqlite_with_rowid": False},
    )


async def add(session: AsyncSession, ticket_id: int, texts: Iterable[str | None]) -> None:
    """What was said besides."""
    await _insert(session, ticket_id, sorted(tokens_of(texts)))


async def write(session: AsyncSession, ticket_id: int, texts: Iterable[str | None]) -> None:
    """All that is said of it; what was said before and is no more is forgotten."""
    new, _gone = await exchange(session, TicketToken, TicketToken.ticket_id, ticket_id, tokens_of(texts))
    await _insert(session, ticket_id, new)


async def remove(session: AsyncSession, ticket_id: int) -> None:
    await session.execute(delete(TicketToken).where(TicketToken.ticket_id == ticket_id))


async def _insert(session: AsyncSession, ticket_id: int, found: list[str]) -> None:
    if found:
        rows = [{"token": token, "ticket_id": ticket_id} for token in found]
        await session.execute(insert_ignoring(session, TicketToken.__table__), rows)
