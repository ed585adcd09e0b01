"""The hold on the outbox: after a restore or a copy nothing is sent until a person says so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.db import Base


class Hold(Base):
    """One row, or none."""

    __tablename__ = "hold"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    reason: Mapped[str]
    since: Mapped[datetime]
    __table_args__ = (CheckConstraint("id = 1", name="single"),)


async def current(session: AsyncSession) -> Hold | None:
    return await session.get(Hold, 1, populate_existing=True)


async def put(session: AsyncSession, reason: str, now: datetime) -> None:
    """The newest reason counts."""
    await release(session)
    session.add(Hold(id=1, reason=reason, since=now))
    await session.flush()


async def release(session: AsyncSession) -> None:
    await session.execute(delete(Hold))
