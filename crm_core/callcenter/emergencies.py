"""Whether an emergency is on. Whoever declares emergencies registers how to ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

IsOn: TypeAlias = Callable[[AsyncSession, datetime], Awaitable[bool]]
_ASKED: list[IsOn] = []


def register(asked: IsOn) -> None:
    _ASKED.append(asked)


async def is_on(session: AsyncSession, now: datetime) -> bool:
    for asked in _ASKED:
        if await asked(session, now):
            return True
    return False
