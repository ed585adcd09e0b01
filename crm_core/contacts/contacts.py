"""Contacts: people, and the companies they work for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, references, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.contacts import consents
from crm_core.contacts.numbers import PhoneNumber, add_number, by_digits
from crm_core.db import Base, BigId, Record
from crm_core.errors import Invalid
from crm_core.names import words
from crm_core.privacy import legal_holds

FOUND_AT_MOST = 10
LONGEST_NAME = 200


class Organisation(Base):
    """A company that contacts work for (`Company` is the house itself)."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Contact(Record):
    __tablename__ = "contact"

    name: Mapped[str]
    email: Mapped[str | None]
    language: Mapped[str | None]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)


class ContactToken(Base):
    """A folded word of a contact's name, company or e-mail: search is a prefix of it, on either database."""

    __tablename__ = "contact_token"

    token: Mapped[str] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    __table_args__ = (Index("ix_contact_token_contact_id", "contact_id"),)


async def add_contact(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    now: datetime,
    phone: str | None = None,
    email: str | None = None,
    organisation: str | None = None,
    language: str | None = None,
) -> Contact:
    """Raises Invalid for an empty name or a number that is none."""
    rights.require(actor, "contact.add")
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST_NAME:
        raise Invalid("contact.name-missing" if not clean else "text.too-long", limit=LONGEST_NAME)
    employer = await _organisation(session, organisation) if organisation else None
    contact = Contact(
        name=clean,
        email=email,
        language=language,
        organisation_id=employer.id if employer else None,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(contact)
    await session.flush()
    if phone:
        await add_number(session, contact.id, phone, company_of(session).country, now)
    texts = [clean, email or "", employer.name if employer else ""]
    tokens = {token for text in texts for token in words(text)}
    rows = [{"token": token[:60], "contact_id": contact.id} for token in sorted(tokens)]
    if rows:
        await session.execute(insert(ContactToken.__table__), rows)  # type: ignore[arg-type]
    await activity.created(session, actor, contact, "contact.added", now)
    return contact


async def find_contacts(
    session: AsyncSession, actor: Actor, query: str, limit: int = FOUND_AT_MOST
) -> Sequence[Contact]:
    """By reference, number (also its last digits) or the beginnings of words of name, company and e-mail."""
    rights.require(actor, "contact.read")
    reference = references.parse(query)
    if reference and reference[0] == "contact":
        found = await session.get(Contact, reference[1])
        return [found] if found else []
    digits = "".join(character for character in query if character.isdigit())
    if len(digits) >= 4:
        ids = await by_digits(session, query, company_of(session).country, limit)
        return await _in_order(session, ids)
    return await _by_words(session, words(query), limit)


async def get_contact(session: AsyncSession, actor: Actor, query: str) -> Sequence[Contact]:
    """The candidates for one name, exact ones alone when there are any."""
    candidates = await find_contacts(session, actor, query)
    exact = [contact for contact in candidates if words(contact.name) == words(query)]
    return exact or candidates


async def organisation_name(session: AsyncSession, contact: Contact) -> str | None:
    if contact.organisation_id is None:
        return None
    return await session.scalar(select(Organisation.name).where(Organisation.id == contact.organisation_id))


async def remove_parts(session: AsyncSession, contact_id: int) -> None:
    await consents.refuse_when_stated(session, contact_id)
    await legal_holds.refuse_when_ever_held(session, contact_id)
    await session.execute(delete(ContactToken).where(ContactToken.contact_id == contact_id))
    await session.execute(delete(PhoneNumber).where(PhoneNumber.contact_id == contact_id))


async def _organisation(session: AsyncSession, name: str) -> Organisation:
    known = await session.scalar(select(Organisation).where(Organisation.name == name))
    if known is None:
        known = Organisation(name=name)
        session.add(known)
        await session.flush()
    return known


async def _by_words(session: AsyncSession, tokens: list[str], limit: int) -> Sequence[Contact]:
    if not tokens:
        return []
    query = select(Contact).order_by(Contact.id).limit(limit)
    for token in tokens[:6]:
        # A range instead of LIKE: both databases use the index whatever their collation rules for LIKE are.
        holders = select(ContactToken.contact_id).where(
            ContactToken.token >= token, ContactToken.token < token + "\U0010ffff"
        )
        query = query.where(Contact.id.in_(holders))
    return (await session.scalars(query)).all()


async def _in_order(session: AsyncSession, ids: Sequence[int]) -> Sequence[Contact]:
    found = {c.id: c for c in await session.scalars(select(Contact).where(Contact.id.in_(ids)))}
    return [found[contact_id] for contact_id in ids if contact_id in found]
