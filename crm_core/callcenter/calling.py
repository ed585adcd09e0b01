"""Whether a customer may be called now: the hours where they are, and numbers that nobody rings from here."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import phones
from crm_core.agents import Agent
from crm_core.callcenter import blocking, calling_days, legs
from crm_core.callcenter.callers import who_calls
from crm_core.callcenter.calls import OPEN, OUTBOUND, Call
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import FINAL, CallState
from crm_core.company import company_of
from crm_core.contacts import do_not_call, numbers
from crm_core.contacts.contacts import Contact, Kind
from crm_core.errors import Invalid, Refused
from crm_core.message import say
from crm_core.sales.assignment import branch_of
from crm_core.support.calendar import Calendar, calendar_of

ONE_DIAL_WITHIN = timedelta(minutes=1)
MOST_TRIES = 30


async def number_of(session: AsyncSession, contact: Contact) -> str:
    """The main one, or that of the company they work for. Raises Invalid when there is none."""
    for owner in (contact.id, contact.organisation_id):
        owned = await numbers.numbers_of(session, owner) if owner is not None else []
        if owned:
            return owned[0].e164
    raise Invalid("call.no-number", ref=contact.ref)


async def read_number(session: AsyncSession, raw: str, now: datetime) -> str:
    """E.164. Raises Invalid for what is no number, Refused for one of our own lines, what is dear to dial, and who is
    turned away here.
    """
    company = company_of(session)
    number = phones.require_e164(raw, company.country)
    if number == company.phone.number:
        raise Refused("call.own-number", number=phones.shown(number))
    if not phones.may_be_called(number):
        raise Refused("call.premium-number", number=phones.shown(number))
    why = await blocking.why_blocked(session, number, now)
    if why is not None:
        raise Refused("call.blocked-number", number=phones.shown(number), why=why)
    return number


async def refuse_colleague(session: AsyncSession, number: str) -> None:
    """A call to a customer does not go to one of us. Raises Refused."""
    name = await session.scalar(select(Agent.name).where(Agent.phone == number, Agent.left_at.is_(None)))
    if name is not None:
        raise Refused("call.colleague", name=name)


async def owner_of(session: AsyncSession, number: str) -> Contact | None:
    """None for a number that nobody has, or several."""
    contact_id = (await who_calls(session, number)).contact_id
    return await session.get(Contact, contact_id) if contact_id is not None else None


async def refuse_unless_open(session: AsyncSession, contact: Contact | None, now: datetime) -> None:
    """Raises Refused with the time from which they may be called."""
    opens = await opens_at(session, contact, now)
    if opens > now:
        raise Refused("call.outside-hours", when=opens)


async def refuse_too_soon(session: AsyncSession, call: Call, entry: QueueEntry, now: datetime, *, early: bool) -> None:
    """For a call that is to be made for somebody's wish. Raises Refused: it is closed there, or they are called later.

    `early`: all the same, if it is open.
    """
    if call.direction == "inbound" or call.talk_began_at is not None or entry.is_promised(now):
        return
    contact = await session.get(Contact, call.contact_id) if call.contact_id is not None else None
    await refuse_unless_open(session, contact, now)
    if entry.not_before is not None and entry.not_before > now and not early:
        raise Refused("call.booked-for", ref=call.ref, when=entry.not_before)


async def first_chance(session: AsyncSession, contact: Contact | None, number: str | None, now: datetime) -> datetime:
    """When it is open here and where they are; `now` if it is. Where the two never meet, their hours count."""
    house, theirs = calendar_of(company_of(session)), await hours_of(session, contact, number)
    at = _opens(theirs, now)
    for _ in range(MOST_TRIES):
        opens = max(_opens(house, at), _opens(theirs, at))
        if opens == at:
            return at
        at = opens
    return _opens(theirs, now)


async def opens_at(session: AsyncSession, contact: Contact | None, at: datetime) -> datetime:
    """The first moment from `at` on in which they may be called."""
    return _opens(await hours_of(session, contact), at)


def _opens(calendar: Calendar, now: datetime) -> datetime:
    """`now` when it is open, and where there are no hours at all."""
    if calendar.hours.are_open(now, calendar.zone) or not calendar.hours.are_ever_open:
        return now
    moment = timedelta(seconds=1)
    return calendar.after(now, moment) - moment


async def hours_of(session: AsyncSession, contact: Contact | None, number: str | None = None) -> Calendar:
    """Of the branch that looks after their postcode, with the holidays and the clock of where they are.

    Of whose place nothing is known the holidays are those of the country of their number.
    """
    company = company_of(session)
    place = await _place_of(session, contact)
    branch = branch_of(company, place.postcode) if place is not None and place.postcode else None
    calendar = calendar_of(company, branch)
    if place is None:
        region = calling_days.region_of(company, None, number)
        return Calendar(calendar.hours.model_copy(update={"region": region}), calendar.zone)
    if place.region is None and place.time_zone is None:
        return calendar
    hours = calendar.hours.model_copy(update={"region": place.region}) if place.region else calendar.hours
    return Calendar(hours, ZoneInfo(place.time_zone) if place.time_zone else calendar.zone)


async def _place_of(session: AsyncSession, contact: Contact | None) -> Contact | None:
    """The contact, or the company they work for, whichever says where it is."""
    organisation_id = contact.organisation_id if contact is not None else None
    organisation = await session.get(Contact, organisation_id) if organisation_id is not None else None
    known = [one for one in (contact, organisation) if one is not None]
    return next((one for one in known if one.postcode or one.region or one.time_zone), None)


async def waiting_callback(session: AsyncSession, contact: Contact | None, number: str) -> int | None:
    """The call that is to be made for their own wish, while it waits in a queue."""
    return await session.scalar(
        select(Call.id)
        .where(_to(contact, number), Call.state == CallState.QUEUED, Call.talk_began_at.is_(None))
        .order_by(Call.id)
        .limit(1)
    )


async def refuse_second(session: AsyncSession, contact: Contact | None, number: str, now: datetime) -> None:
    """They are being called, or were a moment ago: nobody is rung twice. Raises Refused saying by whom."""
    # A dial that the carrier refused rang nowhere.
    rung = (
        select(CallLeg.call_id)
        .where(CallLeg.call_id == Call.id, CallLeg.party == Party.CUSTOMER, CallLeg.sid.is_not(None))
        .exists()
    )
    found = await session.execute(
        select(Call, Agent.name)
        .outerjoin(Agent, Agent.id == Call.agent_id)
        .where(
            _to(contact, number),
            or_(
                Call.state.not_in([*FINAL, CallState.WRAP_UP, CallState.QUEUED]),
                rung & (Call.started_at > now - ONE_DIAL_WITHIN),
            ),
        )
        .order_by(Call.id.desc())
        .limit(1)
    )
    first = found.first()
    if first is not None:
        call, name = first
        raise Refused("call.called-already" if call.is_over else "call.being-called", ref=call.ref, name=name or "?")


async def refuse_on_the_phone(session: AsyncSession, contact: Contact | None, number: str) -> None:
    """They are on the line already: their own call, or somebody here has them in one. Raises Refused naming it."""
    in_one = Call.id.in_(select(CallLeg.call_id).where(text(legs.LIVE), CallLeg.number == number))
    is_theirs = Call.from_number == number
    if contact is not None and contact.kind == Kind.PERSON:
        is_theirs = or_(is_theirs, Call.contact_id == contact.id)
    calls_us = and_(Call.direction == "inbound", is_theirs)
    found = await session.scalar(
        select(Call).where(text(OPEN), Call.ended_at.is_(None), or_(calls_us, in_one)).order_by(Call.id.desc()).limit(1)
    )
    if found is not None:
        raise Refused("call.on-the-phone", ref=found.ref, state=say(f"call.state-{found.state}"))


def _to(contact: Contact | None, number: str) -> ColumnElement[bool]:
    """Calls that we make to them."""
    to_number = and_(Call.direction == OUTBOUND, Call.to_number == number)
    if contact is None:
        return to_number
    return or_(to_number, and_(Call.direction == OUTBOUND, Call.contact_id == contact.id))


async def refuse_unwanted(session: AsyncSession, number: str) -> None:
    """For a number that is no contact's. Raises Refused."""
    if await do_not_call.among(session, [number]):
        raise Refused("call.not-to-be-called", number=phones.shown(number))
