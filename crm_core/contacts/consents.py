"""Consent: what a person agreed to, in their own words; and each use that was made of it."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, references, rights
from crm_core.agents import Actor
from crm_core.contacts import do_not_call, refused_texts
from crm_core.db import Base, BigId, Record
from crm_core.errors import Invalid, Refused
from crm_core.message import Message, say

LONGEST_WORDING = 2000


class Channel(enum.StrEnum):
    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    CHAT = "chat"


class Purpose(enum.StrEnum):
    """`SERVICE` is what a contract is about: it needs no consent, but may be objected to."""

    SERVICE = "service"
    ADVERTISING = "advertising"
    RECORDING = "recording"
    SURVEY = "survey"


class How(enum.StrEnum):
    """The way in which it was said."""

    TOLD = "told"  # to a colleague, who noted it
    PRESSED = "pressed"  # a key on the phone, after the announcement
    WRITTEN = "written"  # a form, an e-mail, a message
    IMPORTED = "imported"


class Consent(Record):
    """One statement; the newest of a channel and purpose counts. Nothing is ever changed: it is evidence."""

    __tablename__ = "consent"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    channel: Mapped[str]
    purpose: Mapped[str]
    is_given: Mapped[bool]
    wording: Mapped[str] = mapped_column(Text)
    how: Mapped[str]
    source_kind: Mapped[str | None]
    source_id: Mapped[int | None] = mapped_column(BigId)
    noted_by: Mapped[str]
    agent_id: Mapped[int | None] = mapped_column(BigId)
    __table_args__ = (
        CheckConstraint("channel IN ('phone', 'sms', 'email', 'chat')", name="channel"),
        CheckConstraint("purpose IN ('service', 'advertising', 'recording', 'survey')", name="purpose"),
        CheckConstraint("how IN ('told', 'pressed', 'written', 'imported')", name="how"),
        Index("ix_consent_contact", "contact_id", "channel", "purpose", "id"),
        {"sqlite_autoincrement": True},
    )


class ConsentUse(Base):
    """That somebody was called, texted or recorded on the strength of a consent; None where none was needed."""

    __tablename__ = "consent_use"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("consent.id"), index=True)
    channel: Mapped[str]
    purpose: Mapped[str]
    number: Mapped[str | None]
    source_kind: Mapped[str | None]
    source_id: Mapped[int | None] = mapped_column(BigId)
    used_by: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = ({"sqlite_autoincrement": True},)


Withdrawal: TypeAlias = Callable[[AsyncSession, Actor, int, Purpose, datetime], Awaitable[None]]
WITHDRAWALS: list[Withdrawal] = []
"""What follows when somebody withdraws, before it is noted: upper subjects lock their records before the contact."""


async def state(
    session: AsyncSession,
    actor: Actor,
    contact_id: int,
    channel: Channel,
    purpose: Purpose,
    now: datetime,
    *,
    is_given: bool,
    wording: str,
    how: How = How.TOLD,
    source: tuple[str, int] | None = None,
) -> Consent:
    """Give or withdraw, with the wording as it was said. Raises NotFound, and Invalid for a consent without words."""
    rights.require(actor, "consent.state")
    if not is_given:
        for follow in WITHDRAWALS:
            await follow(session, actor, contact_id, purpose, now)
    return await note(
        session, actor, contact_id, channel, purpose, now, is_given=is_given, wording=wording, how=how, source=source
    )


async def note(
    session: AsyncSession,
    actor: Actor,
    contact_id: int,
    channel: Channel,
    purpose: Purpose,
    now: datetime,
    *,
    is_given: bool,
    wording: str,
    how: How,
    source: tuple[str, int] | None = None,
) -> Consent:
    """Part of a verb in which the person themselves says it: by a key, by a text."""
    await references.lock(session, "contact", contact_id)
    if is_given and not wording.strip():
        raise Invalid("consent.wording-missing")
    if len(wording) > LONGEST_WORDING:
        raise Invalid("text.too-long", limit=LONGEST_WORDING)
    consent = Consent(
        contact_id=contact_id,
        channel=channel,
        purpose=purpose,
        is_given=is_given,
        wording=wording,
        how=how,
        source_kind=source[0] if source else None,
        source_id=source[1] if source else None,
        noted_by=actor.name,
        agent_id=actor.agent_id,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(consent)
    await session.flush()
    what = {"channel": str(channel), "purpose": str(purpose), "consent": consent.id}
    if is_given:
        await activity.record(session, actor, "contact.consent-given", "contact", contact_id, now, what)
    else:
        await activity.record(session, actor, "contact.consent-withdrawn", "contact", contact_id, now, what)
    await activity.created(session, actor, consent, "consent.noted", now)
    return consent


async def latest(session: AsyncSession, contact_id: int, channel: Channel, purpose: Purpose) -> Consent | None:
    return await session.scalar(
        select(Consent)
        .where(Consent.contact_id == contact_id, Consent.channel == channel, Consent.purpose == purpose)
        .order_by(Consent.id.desc())
        .limit(1)
    )


async def why_not(
    session: AsyncSession, contact_id: int, channel: Channel, purpose: Purpose, now: datetime, number: str | None = None
) -> Message | None:
    """None when it may be done. Without a `number` any number of theirs that is not to be called or texted is in the
    way.
    """
    said = await latest(session, contact_id, channel, purpose)
    if said is not None and said.created_at > now:
        said = None
    what = {"purpose": say(f"consent.purpose-{purpose}"), "channel": say(f"consent.channel-{channel}")}
    if said is None and purpose is not Purpose.SERVICE:
        return say("consent.never-given", **what)
    if said is not None and not said.is_given:
        return say("consent.withdrawn-on", **what, when=said.created_at)
    # Recording is about a call that goes on already.
    if channel is Channel.PHONE and purpose is not Purpose.RECORDING:
        numbers = [number] if number is not None else await do_not_call.numbers_of(session, contact_id)
        if await do_not_call.among(session, numbers):
            return say("consent.not-to-be-called")
    if channel is Channel.SMS:
        numbers = [number] if number is not None else await do_not_call.numbers_of(session, contact_id)
        if await refused_texts.any_refused(session, numbers):
            return say("consent.number-refused-texts")
    return None


async def may(
    session: AsyncSession, contact_id: int, channel: Channel, purpose: Purpose, now: datetime, number: str | None = None
) -> bool:
    return await why_not(session, contact_id, channel, purpose, now, number) is None


async def use(
    session: AsyncSession,
    actor: Actor,
    contact_id: int,
    channel: Channel,
    purpose: Purpose,
    now: datetime,
    *,
    number: str | None = None,
    source: tuple[str, int] | None = None,
) -> ConsentUse:
    """Ask and note in one: whatever contacts a person calls this in the transaction that does it. Raises Refused."""
    rights.require(actor, "consent.use")
    await references.lock(session, "contact", contact_id)
    refusal = await why_not(session, contact_id, channel, purpose, now, number)
    if refusal is not None:
        raise Refused("consent.refused", ref=references.ref("contact", contact_id), why=refusal)
    consent = await latest(session, contact_id, channel, purpose)
    used = ConsentUse(
        contact_id=contact_id,
        consent_id=consent.id if consent is not None else None,
        channel=channel,
        purpose=purpose,
        number=number,
        source_kind=source[0] if source else None,
        source_id=source[1] if source else None,
        used_by=actor.name,
        at=now,
    )
    session.add(used)
    await session.flush()
    return used


async def consents_of(session: AsyncSession, actor: Actor, contact_id: int) -> Sequence[Consent]:
    """What counts: the newest statement of each channel and purpose."""
    rights.require(actor, "consent.read")
    return await current(session, contact_id)


async def current(session: AsyncSession, contact_id: int) -> Sequence[Consent]:
    newest = select(func.max(Consent.id)).where(Consent.contact_id == contact_id)
    found = await session.scalars(
        select(Consent).where(Consent.id.in_(newest.group_by(Consent.channel, Consent.purpose))).order_by(Consent.id)
    )
    return found.all()


async def uses_of(session: AsyncSession, consent_id: int) -> Sequence[ConsentUse]:
    found = await session.scalars(select(ConsentUse).where(ConsentUse.consent_id == consent_id).order_by(ConsentUse.id))
    return found.all()


async def remove_parts(session: AsyncSession, consent_id: int) -> None:
    """Undo of a statement that was acted on would destroy evidence. Raises Refused."""
    if await uses_of(session, consent_id):
        raise Refused("consent.was-used", ref=references.ref("consent", consent_id))


async def refuse_when_stated(session: AsyncSession, contact_id: int) -> None:
    """The contact's adding was built upon: undo would take evidence with it. Raises Refused."""
    stated = await session.scalar(select(Consent.id).where(Consent.contact_id == contact_id).limit(1))
    used = await session.scalar(select(ConsentUse.id).where(ConsentUse.contact_id == contact_id).limit(1))
    if stated is not None or used is not None:
        raise Refused("undo.changed-since", ref=references.ref("contact", contact_id))
