"""What is added to a contact and taken from it: numbers, e-mails, tags. Each can be undone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, phones, rights
from crm_core.activity import Activity
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.contacts import emails, numbers, tags
from crm_core.contacts.contacts import Contact, Kind, lock_contact, refresh
from crm_core.contacts.emails import EmailAddress
from crm_core.contacts.numbers import PhoneNumber
from crm_core.errors import Refused


async def add_phone(session: AsyncSession, actor: Actor, contact_id: int, raw: str, now: datetime) -> Contact:
    """Raises Invalid for no number, Refused for one that the contact has."""
    rights.require(actor, "contact.change")
    contact = await lock_contact(session, contact_id)
    e164 = phones.require_e164(raw, company_of(session).country)
    if any(number.e164 == e164 for number in await numbers.numbers_of(session, contact.id)):
        raise Refused("contact.has-already", ref=contact.ref, value=phones.shown(e164))
    added = await numbers.add_number(session, contact.id, raw, now, is_company=contact.kind == Kind.COMPANY)
    return await _change(session, actor, contact, "contact.number-added", now, {"id": added.id})


async def remove_phone(session: AsyncSession, actor: Actor, contact_id: int, raw: str, now: datetime) -> Contact:
    """Raises Refused when the contact does not have it."""
    rights.require(actor, "contact.change")
    contact = await lock_contact(session, contact_id)
    e164 = phones.require_e164(raw, company_of(session).country)
    gone = [number for number in await numbers.numbers_of(session, contact.id) if number.e164 == e164]
    if not gone:
        raise Refused("contact.has-not", ref=contact.ref, value=phones.shown(e164))
    await session.execute(delete(PhoneNumber).where(PhoneNumber.id == gone[0].id))
    return await _change(session, actor, contact, "contact.number-removed", now, {"raw": gone[0].raw})


async def add_mail(session: AsyncSession, actor: Actor, contact_id: int, raw: str, now: datetime) -> Contact:
    """Raises Invalid for no e-mail address, Refused for one that the contact has."""
    rights.require(actor, "contact.change")
    contact = await lock_contact(session, contact_id)
    address = emails.require_address(raw)
    if any(email.lowered == address.lower() for email in await emails.emails_of(session, contact.id)):
        raise Refused("contact.has-already", ref=contact.ref, value=address)
    added = await emails.add_email(session, contact.id, address, now)
    return await _change(session, actor, contact, "contact.email-added", now, {"id": added.id})


async def remove_mail(session: AsyncSession, actor: Actor, contact_id: int, raw: str, now: datetime) -> Contact:
    """Raises Refused when the contact does not have it."""
    rights.require(actor, "contact.change")
    contact = await lock_contact(session, contact_id)
    gone = [e for e in await emails.emails_of(session, contact.id) if e.lowered == raw.strip().lower()]
    if not gone:
        raise Refused("contact.has-not", ref=contact.ref, value=raw[:60])
    await session.execute(delete(EmailAddress).where(EmailAddress.id == gone[0].id))
    return await _change(session, actor, contact, "contact.email-removed", now, {"raw": gone[0].address})


async def tag(session: AsyncSession, actor: Actor, contact_id: int, raw: str, now: datetime) -> Contact:
    rights.require(actor, "contact.change")
    contact = await lock_contact(session, contact_id)
    clean = tags.clean_tag(raw)
    if not await tags.put(session, contact.id, clean):
        raise Refused("contact.has-already", ref=contact.ref, value=f"#{clean}")
    return await _change(session, actor, contact, "contact.tagged", now, {"tag": clean})


async def untag(session: AsyncSession, actor: Actor, contact_id: int, raw: str, now: datetime) -> Contact:
    rights.require(actor, "contact.change")
    contact = await lock_contact(session, contact_id)
    clean = tags.clean_tag(raw)
    if not await tags.take(session, contact.id, clean):
        raise Refused("contact.has-not", ref=contact.ref, value=f"#{clean}")
    return await _change(session, actor, contact, "contact.untagged", now, {"tag": clean})


async def _change(
    session: AsyncSession, actor: Actor, contact: Contact, verb: str, now: datetime, data: dict[str, object]
) -> Contact:
    contact.version += 1
    contact.updated_at = now
    await session.flush()
    await activity.record(session, actor, verb, "contact", contact.id, now, data, reversible=True)
    await refresh(session, contact.id, now)
    return contact


async def _take_back(session: AsyncSession, _actor: Actor, last: Activity, now: datetime) -> None:
    contact = await lock_contact(session, last.record_id)
    match last.verb:
        case "contact.number-added":
            await session.execute(delete(PhoneNumber).where(PhoneNumber.id == last.data["id"]))
        case "contact.number-removed":
            is_company = contact.kind == Kind.COMPANY
            await numbers.add_number(session, contact.id, last.data["raw"], now, is_company=is_company)
        case "contact.email-added":
            await session.execute(delete(EmailAddress).where(EmailAddress.id == last.data["id"]))
        case "contact.email-removed":
            await emails.add_email(session, contact.id, last.data["raw"], now)
        case "contact.tagged":
            await tags.take(session, contact.id, last.data["tag"])
        case "contact.untagged":
            await tags.put(session, contact.id, last.data["tag"])
    contact.version += 1
    contact.updated_at = now
    await session.flush()


for _verb in ("number-added", "number-removed", "email-added", "email-removed", "tagged", "untagged"):
    activity.reversed_by(f"contact.{_verb}", _take_back)
