"""What upper subjects do when a record below them changes: each registers its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

Follower = Callable[[AsyncSession, int, datetime], Awaitable[None]]

_FOLLOWERS: dict[str, list[Follower]] = {}


def register(kind: str, follower: Follower) -> None:
    known = _FOLLOWERS.setdefault(kind, [])
    if follower not in known:
        known.append(follower)


async def tell(session: AsyncSession, kind: str, record_id: int, now: datetime) -> None:
    """In the transaction of the change."""
    for follower in _FOLLOWERS.get(kind, ()):
        await follower(session, record_id, now)
