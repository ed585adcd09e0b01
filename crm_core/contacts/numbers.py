"""Phone numbers as records of their own, and who is calling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import phones
from crm_core.db import Base, BigId


class PhoneNumber(Base):
    """`raw` is what was typed; `reversed` its digits backwards, so that last digits are found by prefix."""

    __tablename__ = "phone_number"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    e164: Mapped[str] = mapped_column(index=True)
    raw: Mapped[str]
    reversed: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]


async def add_number(session: AsyncSession, contact_id: int, raw: str, region: str, now: datetime) -> PhoneNumber:
    """Raises Invalid when it is no number."""
    e164 = phones.require_e164(raw, region)
    number = PhoneNumber(
        contact_id=contact_id, e164=e164, raw=raw, reversed=phones.digits_reversed(e164), created_at=now
    )
    session.add(number)
    await session.flush()
    return number


async def numbers_of(session: AsyncSession, contact_id: int) -> Sequence[PhoneNumber]:
    found = await session.scalars(
        select(PhoneNumber).where(PhoneNumber.contact_id == contact_id).order_by(PhoneNumber.id)
    )
    return found.all()


async def by_digits(session: AsyncSession, typed: str, region: str, limit: int) -> Sequence[int]:
    """Contact ids whose number is `typed` in any notation, else whose number ends with these digits."""
    exact = phones.e164(typed, region)
    if exact is not None:
        ids = (await session.scalars(select(PhoneNumber.contact_id).where(PhoneNumber.e164 == exact))).all()
        if ids:
            return list(dict.fromkeys(ids))[:limit]
    tail = phones.digits_reversed(typed.replace("+", "").lstrip("0") or typed)
    ends = await session.scalars(
        select(PhoneNumber.contact_id)
        .where(PhoneNumber.reversed >= tail, PhoneNumber.reversed < tail + ":")
        .order_by(PhoneNumber.contact_id)
        .limit(limit)
    )
    return list(dict.fromkeys(ends.all()))
