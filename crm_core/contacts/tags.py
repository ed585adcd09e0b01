"""Tags: words that colleagues put on contacts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import ForeignKey, Index, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.db import Base
from crm_core.errors import Invalid

LONGEST_TAG = 40


class ContactTag(Base):
    __tablename__ = "contact_tag"

    tag: Mapped[str] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    __table_args__ = (Index("ix_contact_tag_contact_id", "contact_id"),)


def clean_tag(raw: str) -> str:
    """Lower case without its #; what separates tags in a list is a space in one. Raises Invalid for an empty one."""
    tag = " ".join(re.sub("[,;]", " ", raw).strip().lstrip("#").casefold().split())
    if not tag or len(tag) > LONGEST_TAG:
        raise Invalid("tag.invalid", limit=LONGEST_TAG)
    return tag


async def put(session: AsyncSession, contact_id: int, tag: str) -> bool:
    """Whether it was not there before."""
    if tag in await tags_of(session, contact_id):
        return False
    session.add(ContactTag(tag=tag, contact_id=contact_id))
    await session.flush()
    return True


async def take(session: AsyncSession, contact_id: int, tag: str) -> bool:
    """Whether it was there."""
    if tag not in await tags_of(session, contact_id):
        return False
    await session.execute(delete(ContactTag).where(ContactTag.contact_id == contact_id, ContactTag.tag == tag))
    return True


async def tags_of(session: AsyncSession, contact_id: int) -> list[str]:
    found = await session.scalars(
        select(ContactTag.tag).where(ContactTag.contact_id == contact_id).order_by(ContactTag.tag)
    )
    return list(found)


async def tagged(session: AsyncSession, tag: str, *, after: int = 0, limit: int = 15) -> Sequence[int]:
    """Contact ids behind `after`, in their order."""
    found = await session.scalars(
        select(ContactTag.contact_id)
        .where(ContactTag.tag == tag, ContactTag.contact_id > after)
        .order_by(ContactTag.contact_id)
        .limit(limit)
    )
    return found.all()
