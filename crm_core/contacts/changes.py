"""What is added to a contact and taken from it: numbers, e-mails, chat accounts, tags. Each can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, phones, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.contacts import chat_identities, emails, numbers, tags
from crm_core.contacts.chat_identities import ChatIdentity, Messenger
from crm_core.contacts.contacts import Contact, Kind, lock_contact, refresh
from crm_core.contacts.emails import EmailAddress
from crm_core.contacts.numbers import PhoneNumber
from crm_core.db import Record
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


async def add_account(
    session: AsyncSession, actor: Actor, contact_id: int, messenger: Messenger, raw: str, now: datetime
) -> Contact:
    """Raises Invalid for what is no account there, Refused for one that is a colleague's or a contact's."""
    rights.require(actor, "contact.change")
    contact = await lock_contact(session, contact_id)
    account = chat_identities.require_account(messenger, raw)
    added = await chat_identities.add_identity(session, contact.id, messenger, account, now)
    return await _change(session, actor, contact, "contact.identity-added", now, {"id": added.id})


async def remove_account(
    session: AsyncSession, actor: Actor, contact_id: int, messenger: Messenger, raw: str, now: datetime
) -> Contact:
    """Raises Refused when the contact does not have it."""
    rights.require(actor, "contact.change")
    contact = await lock_contact(session, contact_id)
    account = chat_identities.require_account(messenger, raw)
    gone = await chat_identities.by_account(session, messenger, account)
    if gone is None or gone.contact_id != contact.id:
        raise Refused("contact.has-not", ref=contact.ref, value=account)
    await session.execute(delete(ChatIdentity).where(ChatIdentity.id == gone.id))
    parts: dict[str, object] = {"channel": gone.channel, "account": gone.external_id, "name": gone.name}
    return await _change(session, actor, contact, "contact.identity-removed", now, parts)


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
    await activity.change(session, actor, contact, verb, now, data)
    await refresh(session, contact.id, now, is_renamed=False)
    return contact


async def _number_away(session: AsyncSession, _contact: Record, parts: dict[str, Any], _now: datetime) -> None:
    await session.execute(delete(PhoneNumber).where(PhoneNumber.id == parts["id"]))


async def _number_back(session: AsyncSession, contact: Record, parts: dict[str, Any], now: datetime) -> None:
    is_company = isinstance(contact, Contact) and contact.kind == Kind.COMPANY
    await numbers.add_number(session, contact.id, parts["raw"], now, is_company=is_company)


async def _mail_away(session: AsyncSession, _contact: Record, parts: dict[str, Any], _now: datetime) -> None:
    await session.execute(delete(EmailAddress).where(EmailAddress.id == parts["id"]))


async def _mail_back(session: AsyncSession, contact: Record, parts: dict[str, Any], now: datetime) -> None:
    await emails.add_email(session, contact.id, parts["raw"], now)


async def _account_away(session: AsyncSession, _contact: Record, parts: dict[str, Any], _now: datetime) -> None:
    await session.execute(delete(ChatIdentity).where(ChatIdentity.id == parts["id"]))


async def _account_back(session: AsyncSession, contact: Record, parts: dict[str, Any], now: datetime) -> None:
    """Raises Refused when it is somebody else's by now."""
    messenger = Messenger(parts["channel"])
    await chat_identities.add_identity(session, contact.id, messenger, parts["account"], now, parts["name"])


async def _tag_away(session: AsyncSession, contact: Record, parts: dict[str, Any], _now: datetime) -> None:
    await tags.take(session, contact.id, parts["tag"])


async def _tag_back(session: AsyncSession, contact: Record, parts: dict[str, Any], _now: datetime) -> None:
    await tags.put(session, contact.id, parts["tag"])


activity.reversal("contact.number-added", _number_away)
activity.reversal("contact.number-removed", _number_back)
activity.reversal("contact.email-added", _mail_away)
activity.reversal("contact.email-removed", _mail_back)
activity.reversal("contact.identity-added", _account_away)
activity.reversal("contact.identity-removed", _account_back)
activity.reversal("contact.tagged", _tag_away)
activity.reversal("contact.untagged", _tag_back)
