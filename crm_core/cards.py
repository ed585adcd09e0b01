"""Cards: a record posted in a place, edited there whenever the record changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import outbox
from crm_core.company import CardPlace, company_of
from crm_core.db import Base, BigId
from crm_core.lease import State
from crm_core.outbox import Effect, EffectKind

Finder: TypeAlias = Callable[[AsyncSession, int], Awaitable[Sequence[CardPlace]]]
_ALSO: dict[str, Finder] = {}


def also(kind: str, finder: Finder) -> None:
    """Where else the cards of a kind are wanted, a record at a time."""
    _ALSO[kind] = finder


class Card(Base):
    """Where a record's card is: `place` is a courier's address (`slack:C123`), `message` the platform's own id."""

    __tablename__ = "card"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    record_id: Mapped[int] = mapped_column(BigId)
    place: Mapped[str]
    message: Mapped[str]
    posted_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("kind", "record_id", "place"),)


async def refresh(session: AsyncSession, kind: str, record_id: int, now: datetime) -> None:
    """Post or edit the record's card in every place that wants its kind; drawn when it is delivered."""
    finder = _ALSO.get(kind)
    places = [*company_of(session).card_places(kind), *(await finder(session, record_id) if finder else [])]
    for place in {place.place: place for place in places}.values():
        payload = {"kind": kind, "record": record_id, "place": place.place, "language": place.language}
        await outbox.enqueue(session, EffectKind.CARD, f"{place.place}:{kind}-{record_id}", payload, now)


async def refresh_soon(session: AsyncSession, kind: str, record_id: int, now: datetime, every: timedelta) -> None:
    """As `refresh`, but at most once in `every`: what changes until then is drawn together."""
    number = int(now.timestamp() // every.total_seconds()) + 1
    due = datetime.fromtimestamp(number * every.total_seconds(), UTC)
    for place in company_of(session).card_places(kind):
        address = f"{place.place}:{kind}-{record_id}"
        if not await _is_due(session, address):
            payload = {"kind": kind, "record": record_id, "place": place.place, "language": place.language}
            key = f"{address}:{number}"
            await outbox.enqueue(session, EffectKind.CARD, address, payload, now, due_at=due, dedupe_key=key)


async def _is_due(session: AsyncSession, address: str) -> bool:
    """Held until the end of the transaction, so that no worker draws the card without what it changed. One that a
    worker has in hand does not count.
    """
    waits = select(Effect.id).where(
        Effect.address == address, Effect.state == State.PENDING, Effect.lease_token.is_(None)
    )
    found = await session.scalar(waits.limit(1).with_for_update(read=True, skip_locked=True))
    return found is not None


async def posted(session: AsyncSession, kind: str, record_id: int, place: str) -> Card | None:
    return await session.scalar(select(Card).where(Card.kind == kind, Card.record_id == record_id, Card.place == place))


async def remember(session: AsyncSession, kind: str, record_id: int, place: str, message: str, now: datetime) -> None:
    known = await posted(session, kind, record_id, place)
    if known is None:
        session.add(Card(kind=kind, record_id=record_id, place=place, message=message, posted_at=now))
    else:
        known.message = message
        known.posted_at = now
    await session.flush()
