"""E-mail addresses as records of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.db import Base, BigId
from crm_core.errors import Invalid

_ADDRESS = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,190}")


class EmailAddress(Base):
    """As it was written, and in lower case, by which it is found."""

    __tablename__ = "email_address"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    address: Mapped[str]
    lowered: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]


def require_address(raw: str) -> str:
    """Raises Invalid when it is no e-mail address."""
    address = raw.strip()
    if not _ADDRESS.fullmatch(address):
        raise Invalid("email.invalid", email=raw[:60])
    return address


async def add_email(session: AsyncSession, contact_id: int, raw: str, now: datetime) -> EmailAddress:
    """The one that is there, when the contact has it already. Raises Invalid."""
    address = require_address(raw)
    for known in await emails_of(session, contact_id):
        if known.lowered == address.lower():
            return known
    email = EmailAddress(contact_id=contact_id, address=address, lowered=address.lower(), created_at=now)
    session.add(email)
    await session.flush()
    return email


async def emails_of(session: AsyncSession, contact_id: int) -> Sequence[EmailAddress]:
    """The oldest, which is the main one, first."""
    found = await session.scalars(
        select(EmailAddress).where(EmailAddress.contact_id == contact_id).order_by(EmailAddress.id)
    )
    return found.all()


async def by_email(session: AsyncSession, raw: str, limit: int) -> Sequence[int]:
    """Contact ids."""
    found = await session.scalars(
        select(EmailAddress.contact_id)
        .where(EmailAddress.lowered == raw.strip().lower())
        .order_by(EmailAddress.contact_id)
        .limit(limit)
    )
    return list(dict.fromkeys(found.all()))
