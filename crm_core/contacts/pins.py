"""The PIN by which a customer proves on the phone who they are: made when it is sent, kept as a hash alone."""

from __future__ import annotations

import enum
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, outbox, phones, pin_hashes, references, rights
from crm_core.agents import SYSTEM, Actor
from crm_core.contacts import consents
from crm_core.contacts.consents import Channel, Purpose
from crm_core.contacts.contacts import lock_contact
from crm_core.contacts.numbers import numbers_of
from crm_core.db import Base
from crm_core.errors import Refused
from crm_core.outbox import EffectKind

DIGITS = 6
MOST_ATTEMPTS = 3
LOCKED_FOR = timedelta(minutes=30)


class ContactPin(Base):
    """`hash`: salt and digest; None from when a PIN is asked for until it is sent, and the old one holds no more."""

    __tablename__ = "contact_pin"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    hash: Mapped[str | None]
    attempts: Mapped[int]
    locked_until: Mapped[datetime | None]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    set_at: Mapped[datetime]


class Verdict(enum.Enum):
    RIGHT = enum.auto()
    WRONG = enum.auto()
    LOCKED = enum.auto()
    NONE = enum.auto()


async def set_pin(session: AsyncSession, actor: Actor, contact_id: int, now: datetime) -> str:
    """The number to which a new one goes by SMS. Raises Refused without a number, or when they refused texts."""
    rights.require(actor, "contact.set-pin")
    contact = await lock_contact(session, contact_id)
    number = await _number(session, contact.id)
    source = ("contact", contact.id)
    await consents.use(session, actor, contact.id, Channel.SMS, Purpose.SERVICE, now, number=number, source=source)
    pin = await _locked(session, contact.id)
    if pin is None:
        pin = ContactPin(contact_id=contact.id)
        session.add(pin)
    pin.hash, pin.attempts, pin.locked_until = None, 0, None
    pin.set_by, pin.set_at = actor.agent_id, now
    await session.flush()
    payload = {"contact": contact.id, "to": number}
    await outbox.enqueue(session, EffectKind.PIN, f"twilio:pin-{contact.id}", payload, now)
    await activity.record(session, actor, "contact.pin-set", "contact", contact.id, now)
    return number


async def draw(session: AsyncSession, contact_id: int) -> str | None:
    """For the courier that is about to send it. None when the contact was erased meanwhile."""
    pin = await _locked(session, contact_id)
    if pin is None:
        return None
    drawn = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    pin.hash = pin_hashes.hashed(drawn)
    await session.flush()
    return drawn


async def state_of(session: AsyncSession, contact_id: int, now: datetime) -> Verdict | None:
    """Why it is no use to ask for it: NONE or LOCKED; None when it may be asked for."""
    pin = await session.get(ContactPin, contact_id)
    if pin is None or pin.hash is None:
        return Verdict.NONE
    return Verdict.LOCKED if pin.locked_until is not None and pin.locked_until > now else None


async def prove(session: AsyncSession, actor: Actor, contact_id: int, typed: str, now: datetime) -> Verdict:
    """Wrong tries count across calls; while it is locked even the right one is refused."""
    rights.require(actor, "contact.prove")
    pin = await _locked(session, contact_id)
    if pin is None or pin.hash is None:
        return Verdict.NONE
    if pin.locked_until is not None and pin.locked_until > now:
        return Verdict.LOCKED
    is_right = pin_hashes.matches(pin.hash, typed)
    pin.attempts = 0 if is_right else pin.attempts + 1
    is_locked = pin.attempts >= MOST_ATTEMPTS
    if is_locked:
        pin.attempts, pin.locked_until = 0, now + LOCKED_FOR
        await activity.record(session, SYSTEM, "contact.pin-locked", "contact", contact_id, now)
    await session.flush()
    if is_right:
        return Verdict.RIGHT
    return Verdict.LOCKED if is_locked else Verdict.WRONG


async def _number(session: AsyncSession, contact_id: int) -> str:
    """One that takes texts where they have one, else the main number."""
    known = [number.e164 for number in await numbers_of(session, contact_id)]
    if not known:
        raise Refused("pin.no-number", ref=references.ref("contact", contact_id))
    return next((number for number in known if phones.takes_texts(number)), known[0])


async def _locked(session: AsyncSession, contact_id: int) -> ContactPin | None:
    return await session.scalar(
        select(ContactPin)
        .where(ContactPin.contact_id == contact_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
