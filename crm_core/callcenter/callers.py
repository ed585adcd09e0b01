"""Who calls: the contact behind a number, the candidates when it is not clear, and a person's word on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from sqlalchemy import String, Table, bindparam, func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, followers, phones, references, rights
from crm_core.agents import Actor, Proof
from crm_core.callcenter.calls import OPEN, Call
from crm_core.callcenter.states import FINAL
from crm_core.company import company_of
from crm_core.contacts import changes
from crm_core.contacts.contacts import Contact, lock_contact
from crm_core.contacts.numbers import PhoneNumber, by_head, numbers_of
from crm_core.message import Message, say
from crm_core.support import tickets

MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. Nobody is named when the number is withheld or belongs to several contacts.

    `last_ended_at`: when the newest call from that number ended, as `who_calls` finds it.
    """

    number: str | None = None
    contact_id: int | None = None
    name: str | None = None
    language: str | None = None
    last_ended_at: datetime | None = None

    def actor(self, language: str) -> Actor:
        proof = Proof.CALLER_ID if self.contact_id is not None else Proof.NONE
        name = self.name or self.number or "unknown caller"
        return Actor(name=name, channel="phone", language=language, contact_id=self.contact_id, proof=proof)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several who share a number, and what speaks for them."""

    contact: Contact
    reason: Message


_call = cast("Table", Call.__table__)
_contact = cast("Table", Contact.__table__)
_number = cast("Table", PhoneNumber.__table__)

_last_language = (
    select(_call.c.language)
    .where(_call.c.from_number == bindparam("number"), _call.c.language.is_not(None))
    .order_by(_call.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_last_ended_at = (
    select(_call.c.ended_at)
    .where(_call.c.from_number == bindparam("number"), _call.c.ended_at.is_not(None))
    .order_by(_call.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
# One row with what is remembered comes back even when nobody owns the number.
_asked = select(literal(1).label("one")).subquery()
_CALLER = (
    select(
        _contact.c.id,
        _contact.c.name,
        _contact.c.language,
        _last_language.label("last_language"),
        _last_ended_at.label("last_ended_at"),
    )
    .select_from(
        _asked.outerjoin(_number, _number.c.e164 == bindparam("number", type_=String)).outerjoin(
            _contact, _contact.c.id == _number.c.contact_id
        )
    )
    .distinct()
    .limit(2)
)


async def who_calls(session: AsyncSession, raw: str) -> Caller:
    """The contact behind a number in any notation (an extension is its switchboard's company), and the language used
    last from it. One of our own lines is nobody.
    """
    number = None if phones.is_withheld(raw) else phones.e164(raw, company_of(session).country)
    if number is None:
        return Caller()
    if number == company_of(session).phone.number:
        return Caller(number=number)
    owners = (await session.execute(_CALLER, {"number": number})).all()
    known = Caller(number=number, language=owners[0].last_language, last_ended_at=owners[0].last_ended_at)
    if len(owners) > 1:
        return known
    owner = owners[0] if owners[0].id is not None else await _by_extension(session, number)
    if owner is None:
        return known
    return replace(known, contact_id=owner.id, name=owner.name, language=known.language or owner.language)


async def _by_extension(session: AsyncSession, number: str) -> Contact | None:
    company_id = await by_head(session, number)
    return await session.get(Contact, company_id) if company_id is not None else None


async def caller_of(session: AsyncSession, call: Call) -> Caller:
    """Who is on the other side, as found when the call began; the contact may have been assigned since."""
    contact = await session.get(Contact, call.contact_id) if call.contact_id is not None else None
    return Caller(
        number=call.from_number if call.direction == "inbound" else call.to_number,
        contact_id=contact.id if contact else None,
        name=contact.name if contact else None,
        language=call.language or call.ivr.get("language") or (contact.language if contact else None),
    )


async def language_of(session: AsyncSession, call: Call) -> str:
    """Of this call, else the one that the caller is known by, else the house's own."""
    return (await caller_of(session, call)).language or company_of(session).language


async def candidates(session: AsyncSession, number: str) -> list[Candidate]:
    """Those who share the number; who called from it last comes first."""
    last = func.max(Call.started_at)
    rows = await session.execute(
        select(Contact, last)
        .join(PhoneNumber, PhoneNumber.contact_id == Contact.id)
        .outerjoin(Call, (Call.contact_id == Contact.id) & (Call.from_number == number))
        .where(PhoneNumber.e164 == number)
        .group_by(Contact.id)
        .order_by(last.is_(None), last.desc(), Contact.updated_at.desc(), Contact.id)
        .limit(MOST_CANDIDATES)
    )
    return [
        Candidate(contact, say("caller.called", when=called) if called else say("caller.shares-number"))
        for contact, called in rows
    ]


async def assign(session: AsyncSession, actor: Actor, call_id: int, contact_id: int, now: datetime) -> Call:
    """This caller is that contact. Tickets of the call that belong to nobody become theirs, and so does a number
    that nobody has.
    """
    rights.require(actor, "call.assign")
    call = cast("Call", await references.lock(session, "call", call_id))
    contact = await lock_contact(session, contact_id)
    await activity.change(session, actor, call, "call.assigned", now, contact_id=contact.id)
    await tickets.belong_to(session, actor, call.id, contact.id, now)
    if call.from_number is not None and not await _owners(session, call.from_number):
        await changes.add_phone(session, actor, contact.id, call.from_number, now)
    await cards.refresh(session, "call", call.id, now)
    return call


async def resolve_again(session: AsyncSession, contact_id: int, now: datetime) -> None:
    """A contact changed: calls that are not over learn whom they come from. A person's word on it stands while the
    number is theirs.
    """
    numbers = [number.e164 for number in await numbers_of(session, contact_id)]
    open_calls = await session.scalars(
        select(Call).where(
            or_(Call.from_number.in_(numbers), Call.contact_id == contact_id),
            Call.state.not_in(FINAL),
            Call.from_number.is_not(None),
        )
    )
    for call in open_calls.all():
        await _resolve(session, call, now)


async def resolve_all_again(session: AsyncSession, _import_id: int, now: datetime) -> None:
    """Many contacts came at once: calls that are not over are few beside them."""
    open_calls = await session.scalars(select(Call).where(text(OPEN), Call.from_number.is_not(None)).order_by(Call.id))
    for call in open_calls.all():
        await _resolve(session, call, now)


async def _resolve(session: AsyncSession, call: Call, now: datetime) -> None:
    number = str(call.from_number)
    if call.contact_id in await _owners(session, number):
        return
    found = (await who_calls(session, number)).contact_id
    if found != call.contact_id:
        call.contact_id = found
        call.version += 1
        call.updated_at = now
        await session.flush()
        await cards.refresh(session, "call", call.id, now)


async def _owners(session: AsyncSession, number: str) -> Sequence[int]:
    return (await session.scalars(select(PhoneNumber.contact_id).where(PhoneNumber.e164 == number))).all()


followers.register("contact", resolve_again)
followers.register("import", resolve_all_again)
