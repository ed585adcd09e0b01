"""The people around a deal, each with a role: who decides, who pays, who advises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, references, rights
from crm_core.agents import Actor
from crm_core.contacts.contacts import Contact
from crm_core.db import Base
from crm_core.sales.deals import Deal

LONGEST_ROLE = 60


class DealContact(Base):
    """Somebody besides the deal's own contact."""

    __tablename__ = "deal_contact"

    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True, index=True)
    role: Mapped[str]


async def involve(session: AsyncSession, actor: Actor, deal_id: int, contact_id: int, role: str, now: datetime) -> Deal:
    """A second role of the same person replaces the first."""
    rights.require(actor, "deal.edit")
    deal = cast("Deal", await references.lock(session, "deal", deal_id))
    await rights.require_reach(session, actor, "deal.edit", deal.owner_id)
    known = await session.get(DealContact, (deal_id, contact_id))
    if known is None:
        known = DealContact(deal_id=deal_id, contact_id=contact_id)
        session.add(known)
    known.role = " ".join(role.split())[:LONGEST_ROLE]
    deal.version += 1
    deal.updated_at = now
    await session.flush()
    await activity.record(session, actor, "deal.involved", "deal", deal.id, now)
    await cards.refresh(session, "deal", deal.id, now)
    return deal


async def involved(session: AsyncSession, deal_id: int) -> Sequence[tuple[Contact, str]]:
    found = await session.execute(
        select(Contact, DealContact.role)
        .join(DealContact, DealContact.contact_id == Contact.id)
        .where(DealContact.deal_id == deal_id)
        .order_by(Contact.id)
    )
    return [(contact, role) for contact, role in found]


async def remove_people(session: AsyncSession, deal_id: int) -> None:
    await session.execute(delete(DealContact).where(DealContact.deal_id == deal_id))
