"""Which rows of a file are contacts already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import phones, references
from crm_core.company import company_of
from crm_core.contacts.contacts import LONGEST_NAME, Contact, Kind
from crm_core.contacts.emails import EmailAddress
from crm_core.contacts.numbers import PhoneNumber
from crm_core.contacts.row import Row
from crm_core.names import fold, words

NOT_YET = -1


@dataclass(slots=True)
class Known:
    """Contact ids by what a row may say of them; a number alone is no proof, for families and offices share one."""

    country: str
    references: dict[str, tuple[int, str]] = field(default_factory=dict)
    emails: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    companies: dict[str, int] = field(default_factory=dict)


async def look_up(session: AsyncSession, batch: Sequence[Row], before: datetime | None = None) -> Known:
    """`before`: a reference means a contact that was there then, not one that the import itself has numbered since."""
    known = Known(company_of(session).country)
    ids = {found[1]: row.reference for row in batch if (found := references.parse(row.reference, "contact"))}
    query = select(Contact.id, Contact.sort_name).where(Contact.id.in_(ids))
    if before is not None:
        query = query.where(Contact.created_at < before)
    for contact_id, name in await session.execute(query):
        known.references[ids[contact_id]] = contact_id, name
    emails = {email.lower() for row in batch for email in row.emails}
    for address, name, contact_id in await session.execute(
        select(EmailAddress.lowered, Contact.sort_name, Contact.id)
        .join(Contact, Contact.id == EmailAddress.contact_id)
        .where(EmailAddress.lowered.in_(emails))
    ):
        known.emails.setdefault(address, []).append((contact_id, name))
    numbers = {phones.e164(raw, known.country) for row in batch for raw in row.phones}
    for e164, name, contact_id in await session.execute(
        select(PhoneNumber.e164, Contact.sort_name, Contact.id).join(Contact).where(PhoneNumber.e164.in_(numbers))
    ):
        known.numbers.setdefault((e164, name), contact_id)
    companies = {fold(name)[:LONGEST_NAME] for row in batch for name in (row.organisation, row.name) if name}
    for name, contact_id in await session.execute(
        select(Contact.sort_name, Contact.id)
        .where(Contact.sort_name.in_(companies), Contact.kind == Kind.COMPANY, Contact.merged_into_id.is_(None))
        .order_by(Contact.id.desc())
    ):
        known.companies[name] = contact_id
    return known


def match(known: Known, row: Row) -> int | None:
    """An office shares info@, a family its number, and another house counts its own contacts: a name must fit too."""
    name = fold(row.name)[:LONGEST_NAME]
    if row.reference in known.references and _fits(name, known.references[row.reference][1]):
        return known.references[row.reference][0]
    for email in row.emails:
        for contact_id, theirs in known.emails.get(email.lower(), []):
            if _fits(name, theirs):
                return contact_id
    for raw in row.phones:
        found = known.numbers.get((phones.e164(raw, known.country) or "", name))
        if found is not None:
            return found
    return known.companies.get(name) if row.kind == Kind.COMPANY else None


def _fits(name: str, theirs: str) -> bool:
    return bool(set(words(name)) & set(words(theirs)))


def remember(known: Known, row: Row, contact_id: int) -> None:
    """A row that says the same further down the batch is the same contact."""
    name = fold(row.name)[:LONGEST_NAME]
    for email in row.emails:
        known.emails.setdefault(email.lower(), []).append((contact_id, name))
    known.numbers |= {(phones.e164(raw, known.country) or "", name): contact_id for raw in row.phones}
    if row.kind == Kind.COMPANY:
        known.companies[name] = contact_id
