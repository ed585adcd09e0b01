"""Digests of numbers that must be recognised when they come again, and not be read.

There are few enough phone numbers to try them all, so a digest takes a key. It is the installation's own, made with the
first digest and kept in the database, so that a backup, a restore and a copy go on recognising what they hold. Whoever
has a list of digests alone learns no number from it; whoever has the whole database could still try them all.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.db import Base, BigId
from crm_core.outbox import insert_ignoring

_ONLY = 1


class DigestKey(Base):
    __tablename__ = "digest_key"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str]


async def digests(session: AsyncSession, numbers: Collection[str]) -> dict[str, str]:
    """By number; {} where nothing was digested yet, so that there is nothing to compare with."""
    key = await _key(session)
    return {number: digest(key, number) for number in numbers} if key is not None else {}


async def new_digests(session: AsyncSession, numbers: Collection[str]) -> dict[str, str]:
    """The same for what is about to be kept."""
    row = {"id": _ONLY, "key": secrets.token_hex(32)}
    await session.execute(insert_ignoring(session, DigestKey.__table__), row)
    return await digests(session, numbers)


def digest(key: str, number: str) -> str:
    """Over the plain digest of before there was a key, so that what was kept then could be keyed too."""
    plain = hashlib.sha256(number.encode()).hexdigest()
    return hmac.new(bytes.fromhex(key), plain.encode(), hashlib.sha256).hexdigest()


async def _key(session: AsyncSession) -> str | None:
    return await session.scalar(select(DigestKey.key).where(DigestKey.id == _ONLY))
