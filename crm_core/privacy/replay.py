"""Erasures carried out again: a backup brings back who was erased since it was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import SYSTEM
from crm_core.contacts.contacts import Contact
from crm_core.privacy.erasures import Erasure
from crm_core.privacy.privacy import ERASED, erase


@dataclass(frozen=True, slots=True)
class Erased:
    contact_id: int
    at: datetime
    by: str


@dataclass(slots=True)
class Replay:
    """`known`: the erasures that a restored database has to have, wherever they were recorded."""

    known: list[Erased] = field(default_factory=list)
    erased_again: int = 0

    async def collect(self, session: AsyncSession) -> None:
        """From the database that is being replaced."""
        recorded = await session.scalars(select(Erasure).order_by(Erasure.id))
        self.known += [Erased(row.contact_id, row.at, row.actor_name) for row in recorded]

    async def carry_out(self, session: AsyncSession, now: datetime) -> None:
        """The record of those that the backup does not know is taken over, so that the next restore finds it."""
        restored = {(row.contact_id, row.at) for row in await session.scalars(select(Erasure))}
        for one in dict.fromkeys(self.known):
            if (one.contact_id, one.at) in restored:
                continue
            session.add(Erasure(contact_id=one.contact_id, at=one.at, actor_name=one.by, rows={}, elsewhere=[]))
            await session.flush()
            contact = await session.get(Contact, one.contact_id)
            # Whoever came after the erasure was given the number anew, in a database that had been restored before.
            if contact is not None and contact.name != ERASED and contact.created_at <= one.at:
                await erase(session, SYSTEM, one.contact_id, now, again=True)
                self.erased_again += 1
