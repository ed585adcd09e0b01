"""The card of the floor: one a place, drawn anew a little after something on the floor has changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import cards

KIND = "floor"
# There is one floor, and it is no row.
RECORD = 0
EVERY = timedelta(seconds=5)


async def changed(session: AsyncSession, now: datetime) -> None:
    """Nothing where no place wants it."""
    await cards.refresh_soon(session, KIND, RECORD, now, EVERY)
