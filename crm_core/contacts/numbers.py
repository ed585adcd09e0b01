"""Phone numbers as records of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import phones
from crm_core.company import company_of
from crm_core.db import BYTEWISE, Base, BigId

LONGEST_EXTENSION = 5


class PhoneNumber(Base):
    """`raw` is what was typed; `reversed` its digits backwards, so that last digits are found by prefix.

    `head` is what the extensions of a company's switchboard begin with: +4930231250 without its last zero.
    """

    __tablename__ = "phone_number"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    e164: Mapped[str] = mapped_column(index=True)
    raw: Mapped[str]
    reversed: Mapped[str] = mapped_column(BYTEWISE, index=True)
    head: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime]


def head_of(e164: str) -> str | None:
    """None for a company's number that is no switchboard's."""
    return e164.rstrip("0") if e164.endswith("0") else None


async def add_number(
    session: AsyncSession, contact_id: int, raw: str, now: datetime, *, is_company: bool = False
) -> PhoneNumber:
    """The one that is there, when the contact has it already. Raises Invalid when it is no number."""
    e164 = phones.require_e164(raw, company_of(session).country)
    for known in await numbers_of(session, contact_id):
        if known.e164 == e164:
            return known
    number = PhoneNumber(
        contact_id=contact_id,
        e164=e164,
        raw=raw,
        reversed=phones.digits_reversed(e164),
        head=head_of(e164) if is_company else None,
        created_at=now,
    )
    session.add(number)
    await session.flush()
    return number


async def numbers_of(session: AsyncSession, contact_id: int) -> Sequence[PhoneNumber]:
    """The oldest, which is the main one, first."""
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
        .order_by(PhoneNumber.reversed)
        .limit(limit)
    )
    return list(dict.fromkeys(ends.all()))


async def by_head(session: AsyncSession, e164: str) -> int | None:
    """The company whose switchboard this is an extension of."""
    stems = [e164[:-cut] for cut in range(1, LONGEST_EXTENSION + 1) if len(e164) - cut > 6]
    heads = (
        await session.execute(select(PhoneNumber.head, PhoneNumber.contact_id).where(PhoneNumber.head.in_(stems)))
    ).all()
    longest = max((head for head, _ in heads if head), key=len, default=None)
    owners = {contact_id for head, contact_id in heads if head == longest}
    return owners.pop() if len(owners) == 1 else None
