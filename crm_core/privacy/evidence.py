"""Evidence of consent that the law wants kept when the person is erased: apart, and found by a number alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import digests, phones, rights
from crm_core.activity import Json
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.contacts.consents import Channel, Consent, Purpose, uses_of
from crm_core.db import Base, BigId
from crm_core.periods import Period

# § 7a UWG: consent to advertising calls, from its giving and from each use of it.
KEPT = Period(5, "year")
REMOVED = "(…)"
_NUMBER = r"\+?\d[\d\s()/.\-]{4,}\d"


class KeptEvidence(Base):
    """A consent and its uses, without a name; whoever knows the number finds it by the number's digest."""

    __tablename__ = "kept_evidence"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(index=True)
    record: Mapped[dict[str, Any]] = mapped_column(Json)
    kept_since: Mapped[datetime]
    keep_until: Mapped[datetime] = mapped_column(index=True)
    __table_args__ = ({"sqlite_autoincrement": True},)


async def keep(
    session: AsyncSession, contact_id: int, numbers: Sequence[str], words: Sequence[str], now: datetime
) -> int:
    """Before the consents of an erased person go. `words` name them and are taken out of the wording."""
    said = await session.scalars(
        select(Consent).where(
            Consent.contact_id == contact_id,
            Consent.channel == Channel.PHONE,
            Consent.purpose == Purpose.ADVERTISING,
        )
    )
    kept = 0
    for consent in said.all():
        uses = await uses_of(session, consent.id)
        until = KEPT.after(max([consent.created_at, *(use.at for use in uses)]))
        if until <= now:
            continue
        called = {use.number for use in uses if use.number is not None}
        record = {
            "is_given": consent.is_given,
            "at": consent.created_at.isoformat(),
            "how": consent.how,
            "noted_by": consent.noted_by,
            "wording": _without(consent.wording, words),
            "uses": [{"at": use.at.isoformat(), "by": use.used_by} for use in uses],
        }
        keyed = await digests.new_digests(session, sorted({*numbers, *called}))
        session.add_all(
            [KeptEvidence(digest=d, record=record, kept_since=now, keep_until=until) for d in keyed.values()]
        )
        kept += 1
    await session.flush()
    return kept


async def evidence_for(session: AsyncSession, actor: Actor, number: str) -> Sequence[KeptEvidence]:
    """What can be shown when somebody asks by which consent a number was called. Raises Invalid for no number."""
    rights.require(actor, "contact.export")
    e164 = phones.require_e164(number, company_of(session).country)
    keyed = await digests.digests(session, [e164])
    found = await session.scalars(
        select(KeptEvidence).where(KeptEvidence.digest.in_(keyed.values())).order_by(KeptEvidence.id)
    )
    return found.all()


async def forget_expired(session: AsyncSession, now: datetime) -> None:
    await session.execute(delete(KeptEvidence).where(KeptEvidence.keep_until <= now))


def _without(text: str, words: Sequence[str]) -> str:
    """Nor any number that could be one to call, in whatever notation."""
    named = [re.escape(word) for word in sorted(words, key=len, reverse=True) if word.strip()]
    return re.sub("|".join([*named, _NUMBER]), REMOVED, text, flags=re.IGNORECASE)
