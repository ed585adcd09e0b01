"""Contacts that may be one and the same, with the reasons."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from rapidfuzz.distance import OSA
from sqlalchemy import ForeignKey, Select, Table, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, rights
from crm_core.agents import Actor
from crm_core.contacts.contacts import Contact
from crm_core.contacts.emails import EmailAddress
from crm_core.contacts.numbers import PhoneNumber
from crm_core.contacts.search import by_words
from crm_core.db import Base

SIMILAR_AT_MOST = 2
LOOKED_AT = 50

_NUMBERS = cast("Table", PhoneNumber.__table__)
_EMAILS = cast("Table", EmailAddress.__table__)


class Reason(enum.StrEnum):
    NUMBER = "number"
    EMAIL = "email"
    NAME = "name"


class DistinctPair(Base):
    """Two contacts that look alike and are not the same: a person has said so."""

    __tablename__ = "distinct_pair"

    lower_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    higher_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)


@dataclass(frozen=True, slots=True)
class Duplicate:
    first: Contact
    second: Contact
    reasons: list[Reason]


async def duplicates_of(session: AsyncSession, actor: Actor, contact: Contact) -> list[Duplicate]:
    """Others with a number or e-mail of this one, or a similar name at the same company. The surest first."""
    rights.require(actor, "contact.read")
    reasons: dict[int, list[Reason]] = {}
    for other in await _sharing(session, contact.id, _NUMBERS, "e164"):
        reasons.setdefault(other, []).append(Reason.NUMBER)
    for other in await _sharing(session, contact.id, _EMAILS, "lowered"):
        reasons.setdefault(other, []).append(Reason.EMAIL)
    for other in await _namesakes(session, contact):
        reasons.setdefault(other, []).append(Reason.NAME)
    return await _pairs(session, contact, reasons)


async def sweep(session: AsyncSession, actor: Actor, *, limit: int = 10) -> list[Duplicate]:
    """Pairs in the whole database: by number, then by e-mail, then by name at the same company."""
    rights.require(actor, "contact.read")
    found: dict[tuple[int, int], Duplicate] = {}
    for query in (_shared(_NUMBERS, "e164"), _shared(_EMAILS, "lowered"), _same_names()):
        if len(found) >= limit:
            break
        for first_id in (await session.scalars(query.limit(limit * 2))).all():
            first = await session.get(Contact, first_id)
            if first is None or first.merged_into_id is not None:
                continue
            for pair in await duplicates_of(session, actor, first):
                found.setdefault(_key(pair.first.id, pair.second.id), pair)
    return list(found.values())[:limit]


async def keep_apart(session: AsyncSession, actor: Actor, one: int, other: int, now: datetime) -> None:
    """They are not offered as duplicates any more."""
    rights.require(actor, "contact.merge")
    lower, higher = _key(one, other)
    if await session.get(DistinctPair, (lower, higher)) is None:
        session.add(DistinctPair(lower_id=lower, higher_id=higher))
        await session.flush()
    await activity.record(session, actor, "contact.kept-apart", "contact", lower, now, {"from": higher})


def _id(contact: Contact) -> int:
    return contact.id


def _key(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


async def _sharing(session: AsyncSession, contact_id: int, table: Table, value: str) -> Sequence[int]:
    mine, theirs = table.alias(), table.alias()
    found = await session.scalars(
        select(theirs.c.contact_id)
        .join(mine, mine.c[value] == theirs.c[value])
        .where(mine.c.contact_id == contact_id, theirs.c.contact_id != contact_id)
        .distinct()
        .limit(LOOKED_AT)
    )
    return found.all()


async def _namesakes(session: AsyncSession, contact: Contact) -> list[int]:
    ids = await by_words(session, contact.name, LOOKED_AT)
    found = await session.scalars(select(Contact).where(Contact.id.in_(ids), Contact.id != contact.id))
    return [
        other.id
        for other in found
        if other.kind == contact.kind
        and other.organisation_id == contact.organisation_id
        and (contact.organisation_id is not None or contact.kind == "company" or _nothing_tells_apart(contact, other))
        and OSA.distance(other.sort_name, contact.sort_name) <= SIMILAR_AT_MOST
    ]


def _nothing_tells_apart(one: Contact, other: Contact) -> bool:
    """Two people without a company may be namesakes: only the same place speaks for one person."""
    return one.sort_name == other.sort_name and one.postcode is not None and one.postcode == other.postcode


def _shared(table: Table, value: str) -> Select[int]:
    """The first holder of each value that several contacts have."""
    first = func.min(table.c.contact_id)
    several = func.count(table.c.contact_id.distinct()) > 1
    return select(first).group_by(table.c[value]).having(several).order_by(first)


def _same_names() -> Select[int]:
    """The first of those who bear one name at one company."""
    first = func.min(Contact.id)
    return (
        select(first)
        .where(Contact.merged_into_id.is_(None), Contact.organisation_id.is_not(None))
        .group_by(Contact.organisation_id, Contact.sort_name)
        .having(func.count() > 1)
        .order_by(first)
    )


async def _pairs(session: AsyncSession, contact: Contact, reasons: dict[int, list[Reason]]) -> list[Duplicate]:
    others = await session.scalars(
        select(Contact).where(Contact.id.in_(reasons), Contact.merged_into_id.is_(None)).order_by(Contact.id)
    )
    apart = {
        (pair.lower_id, pair.higher_id)
        for pair in await session.scalars(
            select(DistinctPair).where(or_(DistinctPair.lower_id == contact.id, DistinctPair.higher_id == contact.id))
        )
    }
    pairs = [
        Duplicate(min(contact, other, key=_id), max(contact, other, key=_id), reasons[other.id])
        for other in others
        if _key(contact.id, other.id) not in apart and other.kind == contact.kind
    ]
    return sorted(pairs, key=lambda pair: (-len(pair.reasons), pair.first.id, pair.second.id))
