"""Numbers whose phone asked for no more texts, whoever's they are. The list outlives contacts and texts, as digests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import digests
from crm_core.db import Base
from crm_core.outbox import insert_ignoring


class RefusedText(Base):
    __tablename__ = "refused_text"

    digest: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


async def refuse(session: AsyncSession, number: str, now: datetime) -> None:
    """Part of a verb in which whoever holds the phone says so. Only `allow` takes it back."""
    keyed = await digests.new_digests(session, [number])
    await session.execute(insert_ignoring(session, RefusedText.__table__), {"digest": keyed[number], "at": now})


async def allow(session: AsyncSession, number: str) -> None:
    keyed = await digests.digests(session, [number])
    await session.execute(delete(RefusedText).where(RefusedText.digest.in_(keyed.values())))


async def any_refused(session: AsyncSession, numbers: Sequence[str]) -> bool:
    keyed = await digests.digests(session, numbers) if numbers else {}
    if not keyed:
        return False
    found = select(RefusedText.digest).where(RefusedText.digest.in_(keyed.values())).limit(1)
    return await session.scalar(found) is not None
