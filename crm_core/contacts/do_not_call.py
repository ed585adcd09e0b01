"""Numbers that are not to be called. The list outlives the contact, as a digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, digests, references, rights
from crm_core.agents import Actor
from crm_core.contacts.numbers import PhoneNumber
from crm_core.db import Base, BigId
from crm_core.errors import Invalid


class DoNotCall(Base):
    """`number` is None once its owner is erased: the digest still tells whether a number is on the list."""

    __tablename__ = "do_not_call"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str | None]
    noted_by: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = ({"sqlite_autoincrement": True},)


async def refuse_calls(session: AsyncSession, actor: Actor, contact_id: int, now: datetime) -> Sequence[str]:
    """All numbers of the contact that were not on the list yet. Raises Invalid when they have no number."""
    rights.require(actor, "contact.refuse-calls")
    await references.lock(session, "contact", contact_id)
    numbers = await numbers_of(session, contact_id)
    if not numbers:
        raise Invalid("do-not-call.no-number", ref=references.ref("contact", contact_id))
    listed = await among(session, numbers)
    added = [number for number in dict.fromkeys(numbers) if number not in listed]
    keyed = await digests.new_digests(session, added)
    session.add_all([DoNotCall(digest=keyed[n], number=n, noted_by=actor.name, at=now) for n in added])
    await session.flush()
    if added:
        await activity.record(session, actor, "contact.calls-refused", "contact", contact_id, now)
    return added


async def allow_calls(session: AsyncSession, actor: Actor, contact_id: int, now: datetime) -> Sequence[str]:
    """The numbers that were on the list."""
    rights.require(actor, "contact.refuse-calls")
    await references.lock(session, "contact", contact_id)
    listed = await among(session, await numbers_of(session, contact_id))
    if listed:
        keyed = await digests.digests(session, listed)
        await session.execute(delete(DoNotCall).where(DoNotCall.digest.in_(keyed.values())))
        await activity.record(session, actor, "contact.calls-allowed", "contact", contact_id, now)
    return listed


async def among(session: AsyncSession, numbers: Sequence[str]) -> Sequence[str]:
    """Those of the numbers that are on the list."""
    if not numbers:
        return []
    by_digest = {keyed: number for number, keyed in (await digests.digests(session, numbers)).items()}
    found = await session.scalars(select(DoNotCall.digest).where(DoNotCall.digest.in_(list(by_digest))))
    return [by_digest[digest] for digest in found]


async def numbers_of(session: AsyncSession, contact_id: int) -> list[str]:
    return list(await session.scalars(select(PhoneNumber.e164).where(PhoneNumber.contact_id == contact_id)))
