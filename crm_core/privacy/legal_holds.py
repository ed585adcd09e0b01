"""Legal hold: while one stands, nothing of the person is erased or falls to retention."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, references, rights
from crm_core.agents import Actor
from crm_core.db import Base, BigId
from crm_core.errors import Invalid, Refused

_STANDING = text("released_at IS NULL")


class LegalHold(Base):
    __tablename__ = "legal_hold"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    put_by: Mapped[str]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    __table_args__ = (
        Index("ix_legal_hold_standing", "contact_id", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING),
        {"sqlite_autoincrement": True},
    )


async def put(session: AsyncSession, actor: Actor, contact_id: int, reason: str, now: datetime) -> LegalHold:
    """Raises NotFound, Invalid without a reason, and Refused when one stands already."""
    rights.require(actor, "contact.hold")
    await references.lock(session, "contact", contact_id)
    if not reason.strip():
        raise Invalid("hold.reason-missing")
    await refuse_when_held(session, contact_id)
    hold = LegalHold(contact_id=contact_id, reason=" ".join(reason.split()), since=now, put_by=actor.name)
    session.add(hold)
    await session.flush()
    await activity.record(session, actor, "contact.held", "contact", contact_id, now)
    return hold


async def release(session: AsyncSession, actor: Actor, contact_id: int, now: datetime) -> LegalHold:
    """Raises NotFound, and Refused when none stands."""
    rights.require(actor, "contact.hold")
    await references.lock(session, "contact", contact_id)
    hold = await standing(session, contact_id)
    if hold is None:
        raise Refused("hold.none", ref=references.ref("contact", contact_id))
    hold.released_at = now
    hold.released_by = actor.name
    await session.flush()
    await activity.record(session, actor, "contact.hold-released", "contact", contact_id, now)
    return hold


async def standing(session: AsyncSession, contact_id: int) -> LegalHold | None:
    return await session.scalar(
        select(LegalHold).where(LegalHold.contact_id == contact_id, LegalHold.released_at.is_(None))
    )


async def refuse_when_held(session: AsyncSession, contact_id: int) -> None:
    """Raises Refused, which says since when and why."""
    hold = await standing(session, contact_id)
    if hold is not None:
        raise Refused(
            "hold.stands",
            ref=references.ref("contact", contact_id),
            since=hold.since,
            name=hold.put_by,
            reason=hold.reason,
        )


async def refuse_when_ever_held(session: AsyncSession, contact_id: int) -> None:
    """Undo of the contact's adding would take the record of the hold with it. Raises Refused."""
    if await session.scalar(select(LegalHold.id).where(LegalHold.contact_id == contact_id).limit(1)) is not None:
        raise Refused("undo.changed-since", ref=references.ref("contact", contact_id))


async def holds(session: AsyncSession, actor: Actor) -> Sequence[LegalHold]:
    """Those that stand, the oldest first."""
    rights.require(actor, "contact.hold")
    return await all_standing(session)


async def all_standing(session: AsyncSession) -> Sequence[LegalHold]:
    found = await session.scalars(select(LegalHold).where(LegalHold.released_at.is_(None)).order_by(LegalHold.id))
    return found.all()
