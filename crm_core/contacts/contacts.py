"""Contacts: people and companies, and who belongs to whom."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, fields, followers, references, rights
from crm_core.activity import Json
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.contacts import consents, tokens
from crm_core.contacts.chat_identities import ChatIdentity, identities_of
from crm_core.contacts.emails import EmailAddress, add_email, emails_of
from crm_core.contacts.numbers import PhoneNumber, add_number
from crm_core.contacts.tags import ContactTag, tags_of
from crm_core.db import Record
from crm_core.errors import Invalid
from crm_core.names import fold
from crm_core.privacy import legal_holds

LONGEST_NAME = 200
LONGEST_CHAIN = 20


class Kind(enum.StrEnum):
    PERSON = "person"
    COMPANY = "company"


class Contact(Record):
    """`organisation_id`: the company a person works for, the parent of a company, the company of a branch.

    `time_zone` and `region` (Bundesland, `DE-BY`) are a branch's own. `sort_name` is the folded name: lists follow it.
    A contact that was merged keeps its row and says into which.
    """

    __tablename__ = "contact"

    kind: Mapped[str]
    name: Mapped[str]
    sort_name: Mapped[str]
    title: Mapped[str | None]
    salutation: Mapped[str | None]
    address_form: Mapped[str | None]
    language: Mapped[str | None]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), index=True)
    street: Mapped[str | None]
    postcode: Mapped[str | None]
    city: Mapped[str | None]
    time_zone: Mapped[str | None]
    region: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Text)
    custom: Mapped[dict[str, Any]] = mapped_column(Json)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'company')", name="kind"),
        CheckConstraint("salutation IN ('mr', 'ms')", name="salutation"),
        CheckConstraint("address_form IN ('formal', 'informal')", name="address_form"),
        Index("ix_contact_sort_name", "sort_name", "id"),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("contact", self.id)


async def add_contact(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    now: datetime,
    kind: Kind = Kind.PERSON,
    phone: str | None = None,
    email: str | None = None,
    organisation: str | None = None,
    language: str | None = None,
    **details: Any,
) -> Contact:
    """`details`: other columns, and custom fields of offhook.yml. Raises Invalid, naming the field."""
    rights.require(actor, "contact.add")
    plain, custom = fields.split(company_of(session).contact_fields, kind, Contact, details)
    contact = Contact(
        **{
            "kind": kind,
            "name": clean_name(name),
            "sort_name": fold(clean_name(name))[:LONGEST_NAME],
            "language": language,
            "owner_id": actor.agent_id,
            "custom": custom,
            "version": 1,
            "created_at": now,
            "updated_at": now,
            **plain,
        }
    )
    session.add(contact)
    await session.flush()
    if organisation:
        contact.organisation_id = (await the_company(session, actor, organisation, now)).id
        await session.flush()
    if phone:
        await add_number(session, contact.id, phone, now, is_company=contact.kind == Kind.COMPANY)
    if email:
        await add_email(session, contact.id, email, now)
    await index(session, contact)
    await activity.created(session, actor, contact, "contact.added", now)
    await followers.tell(session, "contact", contact.id, now)
    return contact


async def change_contact(
    session: AsyncSession, actor: Actor, contact_id: int, now: datetime, values: Mapping[str, Any]
) -> Contact:
    """`values`: columns and custom fields by name, None to empty one. Raises Invalid, naming the field."""
    rights.require(actor, "contact.change")
    contact = await lock_contact(session, contact_id)
    plain, custom = fields.split(company_of(session).contact_fields, contact.kind, Contact, values)
    if "name" in plain:
        plain["name"] = clean_name(plain["name"] or "")
        plain["sort_name"] = fold(plain["name"])[:LONGEST_NAME]
    if custom:
        plain["custom"] = fields.put(contact.custom, custom)
    if plain.get("organisation_id") is not None:
        await _require_no_circle(session, contact.id, plain["organisation_id"])
    await activity.change(session, actor, contact, "contact.changed", now, **plain)
    await refresh(session, contact.id, now, is_renamed="name" in plain)
    return contact


async def lock_contact(session: AsyncSession, contact_id: int) -> Contact:
    """The one it was merged into, when it was. Raises NotFound."""
    contact = cast("Contact", await references.lock(session, "contact", contact_id))
    for _ in range(LONGEST_CHAIN):
        if contact.merged_into_id is None:
            break
        contact = cast("Contact", await references.lock(session, "contact", contact.merged_into_id))
    return contact


async def list_contacts(
    session: AsyncSession, actor: Actor, *, after: tuple[str, int] | None = None, limit: int = 15
) -> Sequence[Contact]:
    """By name; `after` is the sort name and id of the last one seen."""
    rights.require(actor, "contact.read")
    query = select(Contact).where(Contact.merged_into_id.is_(None)).order_by(Contact.sort_name, Contact.id)
    if after is not None:
        query = query.where(tuple_(Contact.sort_name, Contact.id) > tuple_(*after))
    return (await session.scalars(query.limit(limit))).all()


async def members(session: AsyncSession, actor: Actor, company_id: int, limit: int = 15) -> Sequence[Contact]:
    """Branches and daughters first, then people, each by name."""
    rights.require(actor, "contact.read")
    found = await session.scalars(
        select(Contact)
        .where(Contact.organisation_id == company_id, Contact.merged_into_id.is_(None))
        .order_by(Contact.kind, Contact.sort_name, Contact.id)
        .limit(limit)
    )
    return found.all()


async def organisation_name(session: AsyncSession, contact: Contact) -> str | None:
    if contact.organisation_id is None:
        return None
    return await session.scalar(select(Contact.name).where(Contact.id == contact.organisation_id))


async def the_company(session: AsyncSession, actor: Actor, name: str, now: datetime) -> Contact:
    """The company of this name, added when there is none."""
    known = await session.scalar(
        select(Contact)
        .where(
            Contact.sort_name == fold(clean_name(name))[:LONGEST_NAME],
            Contact.kind == Kind.COMPANY,
            Contact.merged_into_id.is_(None),
        )
        .order_by(Contact.id)
        .limit(1)
    )
    return known or await add_contact(session, actor, name=name, kind=Kind.COMPANY, now=now)


async def index(session: AsyncSession, contact: Contact) -> None:
    """Bring the search up to what the contact is called now."""
    texts = [contact.name, contact.city, contact.postcode, contact.note, await organisation_name(session, contact)]
    texts += [email.address for email in await emails_of(session, contact.id)]
    texts += [text for known in await identities_of(session, contact.id) for text in (known.external_id, known.name)]
    texts += await tags_of(session, contact.id)
    texts += [str(value) for value in contact.custom.values()]
    await tokens.write(session, contact.id, [] if contact.merged_into_id is not None else texts)


async def refresh(session: AsyncSession, contact_id: int, now: datetime, *, is_renamed: bool = True) -> None:
    """What hangs on a contact after any change of it: the search, and what other subjects keep of it.

    People are found by the name of their company too, but nothing else of it concerns them.
    """
    contact = await session.get(Contact, contact_id)
    if contact is not None:
        await index(session, contact)
        if is_renamed and contact.kind == Kind.COMPANY:
            for member in await session.scalars(select(Contact).where(Contact.organisation_id == contact.id)):
                await index(session, member)
    await followers.tell(session, "contact", contact_id, now)


async def with_companies_above(session: AsyncSession, contact_id: int) -> list[int]:
    """The contact, the company they work for, and whatever that one belongs to."""
    found: list[int] = []
    above: int | None = contact_id
    while above is not None and len(found) < LONGEST_CHAIN:
        found.append(above)
        above = await session.scalar(select(Contact.organisation_id).where(Contact.id == above))
    return found


async def remove_parts(session: AsyncSession, contact_id: int) -> None:
    await consents.refuse_when_stated(session, contact_id)
    await legal_holds.refuse_when_ever_held(session, contact_id)
    await tokens.write(session, contact_id, [])
    for part in (PhoneNumber, EmailAddress, ChatIdentity, ContactTag):
        await session.execute(delete(part).where(part.contact_id == contact_id))


def clean_name(name: str) -> str:
    """Raises Invalid for an empty or endless one."""
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST_NAME:
        raise Invalid("contact.name-missing" if not clean else "text.too-long", limit=LONGEST_NAME)
    return clean


async def _require_no_circle(session: AsyncSession, contact_id: int, parent_id: int) -> None:
    above = await with_companies_above(session, parent_id)
    if contact_id in above or len(above) == LONGEST_CHAIN:
        raise Invalid("contact.belongs-to-itself", ref=references.ref("contact", contact_id))
