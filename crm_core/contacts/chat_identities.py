"""Accounts under which contacts write to us: each is one contact's, and no colleague's."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import agents, references
from crm_core.db import Base, BigId
from crm_core.errors import Invalid, Refused
from crm_core.outbox import insert_ignoring

LONGEST_NAME = 200


class Messenger(enum.StrEnum):
    SLACK = "slack"
    TELEGRAM = "telegram"


_ACCOUNTS = {Messenger.SLACK: re.compile(r"[UW][A-Z0-9]{2,20}"), Messenger.TELEGRAM: re.compile(r"[1-9][0-9]{0,15}")}


class ChatIdentity(Base):
    """`external_id` as the channel's own name of the account (`U012…`, `5552…`); `name` is what it is called there."""

    __tablename__ = "chat_identity"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[str]
    external_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str | None]
    created_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        CheckConstraint("channel IN ('slack', 'telegram')", name="channel"),
    )

    @property
    def place(self) -> str:
        """Where a message to them goes: `telegram:5552…`."""
        return f"{self.channel}:{self.external_id}"


def require_account(messenger: Messenger, raw: str) -> str:
    """Raises Invalid for what is no account there, which says how one looks."""
    account = raw.strip().lstrip("@#").upper()
    if not _ACCOUNTS[messenger].fullmatch(account):
        raise Invalid(f"chat.invalid-{messenger}", account=raw[:40])
    return account


async def add_identity(
    session: AsyncSession, contact_id: int, messenger: Messenger, account: str, now: datetime, name: str | None = None
) -> ChatIdentity:
    """Raises Refused for an account that is a colleague's or a contact's already."""
    colleague = await agents.identify(session, messenger, account)
    if colleague is not None:
        raise Refused("chat.of-colleague", account=account, name=colleague.name)
    row = {"contact_id": contact_id, "channel": messenger, "external_id": account, "name": name, "created_at": now}
    insert = insert_ignoring(session, ChatIdentity.__table__).returning(ChatIdentity.__table__.c.id)
    is_new = (await session.execute(insert, row)).scalar() is not None
    known = await by_account(session, messenger, account)
    assert known is not None, "it was there or is there now"
    if not is_new and known.contact_id == contact_id:
        raise Refused("contact.has-already", ref=references.ref("contact", contact_id), value=account)
    if not is_new:
        raise Refused("chat.of-contact", account=account, ref=references.ref("contact", known.contact_id))
    return known


async def by_account(session: AsyncSession, channel: str, account: str) -> ChatIdentity | None:
    return await session.scalar(
        select(ChatIdentity).where(ChatIdentity.channel == channel, ChatIdentity.external_id == account)
    )


async def with_account(session: AsyncSession, account: str, limit: int) -> Sequence[int]:
    """Contact ids, of any channel."""
    found = await session.scalars(
        select(ChatIdentity.contact_id)
        .where(ChatIdentity.external_id == account.strip())
        .order_by(ChatIdentity.contact_id)
        .limit(limit)
    )
    return list(dict.fromkeys(found.all()))


async def identities_of(session: AsyncSession, contact_id: int) -> Sequence[ChatIdentity]:
    """The oldest first."""
    found = await session.scalars(
        select(ChatIdentity).where(ChatIdentity.contact_id == contact_id).order_by(ChatIdentity.id)
    )
    return found.all()
