"""Handing out all contacts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import rights
from crm_core.agents import Actor
from crm_core.contacts.contacts import Contact
from crm_core.contacts.emails import EmailAddress
from crm_core.contacts.mapping import PLAIN
from crm_core.contacts.numbers import PhoneNumber
from crm_core.contacts.row import Row
from crm_core.contacts.tags import ContactTag, clean_tag

BATCH = 1000


async def exported(session: AsyncSession, actor: Actor, tag: str | None = None) -> AsyncIterator[list[Row]]:
    """Batches by id, of contacts that were not merged into another; all of them, or those with a tag."""
    rights.require(actor, "contact.export")
    last = 0
    while True:
        query = select(Contact).where(Contact.id > last, Contact.merged_into_id.is_(None)).order_by(Contact.id)
        if tag is not None:
            query = query.join(ContactTag, ContactTag.contact_id == Contact.id).where(ContactTag.tag == clean_tag(tag))
        found = (await session.scalars(query.limit(BATCH))).all()
        if not found:
            return
        yield await _rows(session, found)
        last = found[-1].id


async def _rows(session: AsyncSession, found: Sequence[Contact]) -> list[Row]:
    ids = [contact.id for contact in found]
    employers = {contact.organisation_id for contact in found if contact.organisation_id is not None}
    named = await session.execute(select(Contact.id, Contact.name).where(Contact.id.in_(employers)))
    names = {one.id: one.name for one in named}
    numbers = await _grouped(session, PhoneNumber.contact_id, PhoneNumber.e164, PhoneNumber.id, ids)
    emails = await _grouped(session, EmailAddress.contact_id, EmailAddress.address, EmailAddress.id, ids)
    tags = await _grouped(session, ContactTag.contact_id, ContactTag.tag, ContactTag.tag, ids)
    return [_row(one, names, numbers, emails, tags) for one in found]


def _row(
    contact: Contact,
    names: Mapping[int, str],
    numbers: Mapping[int, list[str]],
    emails: Mapping[int, list[str]],
    tags: Mapping[int, list[str]],
) -> Row:
    return Row(
        name=contact.name,
        kind=contact.kind,
        reference=contact.ref,
        organisation=names.get(contact.organisation_id or 0, ""),
        phones=numbers.get(contact.id, []),
        emails=emails.get(contact.id, []),
        tags=tags.get(contact.id, []),
        values={name: str(getattr(contact, name)) for name in PLAIN if getattr(contact, name)},
        custom={key: str(value) for key, value in contact.custom.items()},
    )


async def _grouped(
    session: AsyncSession, owner: Any, value: Any, order: Any, ids: Sequence[int]
) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for contact_id, one in await session.execute(select(owner, value).where(owner.in_(ids)).order_by(owner, order)):
        found.setdefault(contact_id, []).append(one)
    return found
