"""A small company to try things on. Phone numbers come from the ranges that the regulators keep for fiction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import agents, pin_hashes
from crm_core.agents import SYSTEM, Actor, Agent, Presence, Role, actor_of
from crm_core.callcenter import blocking, calls, emergencies, filling, presence, shift_changes
from crm_core.callcenter import pins as agent_pins
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.recordings import Recording, RecordingState
from crm_core.callcenter.states import LegState, TransferState
from crm_core.callcenter.transfers import Kind, Transfer
from crm_core.company import company_of
from crm_core.contacts import changes, contacts, do_not_call
from crm_core.contacts.chat_identities import Messenger
from crm_core.contacts.consents import Purpose
from crm_core.contacts.contacts import Contact
from crm_core.contacts.pins import ContactPin
from crm_core.money import Money
from crm_core.projects import tasks
from crm_core.sales import appointments, deals, moves, products, quote_links, quotes, stages
from crm_core.sales.deals import Deal
from crm_core.support import details, sla, ticket_calls, tickets
from crm_core.support.tickets import Priority, Ticket

CALLER = "+493023125010"
# Of a mobile phone, which takes texts.
TEXTER = "+447700900123"
# A customer who writes in Telegram: the account, and who it is.
CHATTER = ("Priya Nair", 555_808)
# Whoever plays with the sample company should get in: no SMS of hers arrives anywhere.
CALLERS_PIN = "246810"
SPAMMER = "+493023125066"
CALL_LIST = "Wartung"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    phone: str
    email: str
    language: str
    organisation: str | None = None


TEAM = (
    ("Mira Okafor", Role.AGENT, "en", "+493023125201"),
    ("Jonas Weber", Role.AGENT, "de", "+493023125202"),
    ("Lena Brandt", Role.LEAD, "de", "+493023125203"),
    ("Sam Carter", Role.ADMIN, "en", "+493023125204"),
)

PEOPLE = (
    Person("Greta Sommer", CALLER, "greta.sommer@example.de", "de", "Bäckerei Sommer"),
    Person("Emily Clarke", "+442079460123", "emily.clarke@example.co.uk", "en", "Clarke & Daughters"),
    Person("Jürgen Müller", "+492214710011", "mueller@example.de", "de", "Müller Immobilien"),
    Person("Aylin Demir", "+494066969042", "aylin@example.de", "de", "Praxis Demir"),
    Person("Thomas Groß", "+498999998077", "t.gross@example.de", "de", "Brauhaus Groß"),
    Person("Priya Nair", "+441614960345", "priya.nair@example.co.uk", "en", "Nair Architects"),
    Person("Noah Becker", "+496990009015", "noah.becker@example.de", "de"),
    Person("Sofia Rossi", "+493023125033", "sofia.rossi@example.de", "de", "Hotel Rossi"),
    Person("Daniel Hughes", TEXTER, "dan.hughes@example.co.uk", "en"),
    Person("Hannelore Krüger", "+493023125055", "krueger@example.de", "de", "Seniorenhaus am Park"),
    Person("Olivia Bennett", "+442079460777", "olivia@example.co.uk", "en", "Bennett Dental"),
    Person("Mehmet Yıldız", "+494066969088", "mehmet@example.de", "de", "Autohaus Yıldız"),
)

DEALS = (
    ("Wärmepumpe für die Backstube", "Greta Sommer", 2_480_000, "offer", 21),
    ("Heizungstausch, 24 Wohnungen", "Jürgen Müller", 18_600_000, "negotiation", 14),
    ("Air conditioning, London office", "Emily Clarke", 4_150_000, "visit", 40),
    ("Lüftung Praxisräume", "Aylin Demir", 1_290_000, "lead", 60),
    ("Kühlhaus, zweiter Bauabschnitt", "Thomas Groß", 9_800_000, "offer", 30),
    ("Underfloor heating, studio", "Priya Nair", 1_575_000, "lead", 55),
    ("Wartungsvertrag 3 Jahre", "Sofia Rossi", 720_000, "negotiation", 7),
    ("Badsanierung barrierefrei", "Hannelore Krüger", 3_340_000, "visit", 35),
    ("Boiler replacement", "Olivia Bennett", 860_000, "offer", 18),
    ("Werkstattheizung", "Mehmet Yıldız", 2_150_000, "lead", 70),
    ("Solarthermie Einfamilienhaus", "Noah Becker", 1_420_000, "won", -5),
    ("Garage heating", "Daniel Hughes", 390_000, "lead", 25),
)

TICKETS = (
    ("Heizung im Verkaufsraum bleibt kalt", "Greta Sommer", Priority.HIGH, 26),
    ("Boiler pressure keeps dropping", "Emily Clarke", Priority.NORMAL, 49),
    ("Aufzug Haus 3: Lüftung brummt nachts", "Jürgen Müller", Priority.NORMAL, 5),
    ("Rechnung 2026-1183 fehlt eine Position", "Sofia Rossi", Priority.LOW, 70),
    ("Warmwasser im 2. Stock ausgefallen", "Hannelore Krüger", Priority.URGENT, 1),
    ("Thermostat app shows the wrong time", "Daniel Hughes", Priority.LOW, 95),
)

CALLS = (
    ("Thomas Groß", "Will das Angebot bis Freitag mit seinem Bruder besprechen.", 12, 20),
    ("Jürgen Müller", "Fragt, ob der Aufzug heute noch leiser wird.", 3, 4),
)

TASKS = (
    ("Angebot Wärmepumpe nachfassen", "Lena Brandt", "Greta Sommer", 1),
    ("Send the site plan to Clarke & Daughters", "Lena Brandt", "Emily Clarke", 2),
    ("Ersatzteil für Haus 3 bestellen", "Jonas Weber", "Jürgen Müller", 0),
    ("Check the new on-call rota", "Mira Okafor", None, 3),
    ("Monatsbericht vorbereiten", "Sam Carter", None, 5),
)


async def fill(session: AsyncSession, now: datetime) -> dict[str, Agent]:
    """The team by name; everything else is found through it."""
    await stages.apply_stages(session, company_of(session))
    team = await _team(session, now)
    people = {person.name: await _contact(session, person, now - timedelta(days=90)) for person in PEOPLE}
    await do_not_call.refuse_calls(session, SYSTEM, people["Daniel Hughes"].id, now)
    name, account = CHATTER
    await changes.add_account(session, SYSTEM, people[name].id, Messenger.TELEGRAM, str(account), now)
    await _deals(session, actor_of(team["Lena Brandt"], "demo"), people, now)
    await _sales(session, actor_of(team["Lena Brandt"], "demo"), people, now)
    await _tickets(session, team, people, now)
    await _tasks(session, team, people, now)
    lead = actor_of(team["Lena Brandt"], "demo")
    await blocking.block(session, lead, SPAMMER, "Werbeanrufe", now - timedelta(days=3), now + timedelta(days=87))
    session.add(
        ContactPin(
            contact_id=people["Greta Sommer"].id,
            hash=pin_hashes.hashed(CALLERS_PIN),
            attempts=0,
            set_by=lead.agent_id,
            set_at=now - timedelta(days=30),
        )
    )
    await _calls(session, lead, people, now)
    await _talk(session, team, people["Thomas Groß"], now - timedelta(hours=3))
    await _floor(session, team, now)
    await _call_list(session, lead, people, now)
    return team


async def _team(session: AsyncSession, now: datetime) -> dict[str, Agent]:
    team = {}
    for name, role, language, phone in TEAM:
        agent = await agents.add_agent(
            session, name=name, role=role, language=language, phone=phone, languages=("de", "en"), now=now
        )
        team[name] = agent
        if role is Role.AGENT:
            await presence.set_presence(session, actor_of(agent, "demo"), Presence.AVAILABLE, now - timedelta(hours=2))
    return team


async def _floor(session: AsyncSession, team: dict[str, Agent], now: datetime) -> None:
    """Mira may dial in, next week Jonas works other hours for a day, the day before yesterday was an emergency."""
    day = now.astimezone(company_of(session).zone).date() + timedelta(days=7)
    lead = actor_of(team["Lena Brandt"], "demo")
    await shift_changes.change(session, lead, team["Jonas Weber"].id, day, "10:00-14:00", now)
    await agent_pins.set_pin(session, SYSTEM, team["Mira Okafor"].id, "4711", now - timedelta(days=3))
    then = now - timedelta(days=2)
    await emergencies.declare(session, lead, {"de": "Unser Telefon ist gestört."}, then + timedelta(hours=1), then)
    await emergencies.end(session, lead, then + timedelta(minutes=40))


async def _call_list(session: AsyncSession, lead: Actor, people: dict[str, Contact], now: datetime) -> None:
    """Who is to be asked about the yearly maintenance: whoever has an offer, and a regular."""
    offer = (await stages.find_stage(session, "offer")).id
    wanted = [*await filling.in_stage(session, lead, offer), filling.Wanted(people["Sofia Rossi"].id)]
    await filling.make(session, lead, CALL_LIST, Purpose.SERVICE, wanted, now)


async def _talk(session: AsyncSession, team: dict[str, Agent], contact: Contact, now: datetime) -> None:
    """Mira took it and passed it on to Lena; the customer did not want to be recorded."""
    mira, lena = team["Mira Okafor"], team["Lena Brandt"]
    call = await calls.log_call(
        session,
        actor_of(lena, "demo"),
        contact=contact,
        note="Fragt nach dem Termin für die Abnahme.",
        minutes=6,
        now=now,
    )
    held = [
        CallLeg(
            call_id=call.id,
            party=Party.AGENT,
            agent_id=agent.id,
            number=agent.phone or "",
            state=LegState.COMPLETED,
            created_at=now,
            answered_at=now,
            joined_at=now,
            ended_at=now,
        )
        for agent in (mira, lena)
    ]
    session.add_all(held)
    await session.flush()
    passed_on = {"from_agent_id": mira.id, "to_agent_id": lena.id, "leg_id": held[1].id, "began_at": now}
    session.add(Transfer(call_id=call.id, kind=Kind.WARM, state=TransferState.DONE, ended_at=now, **passed_on))
    session.add(Recording(call_id=call.id, agent_id=mira.id, state=RecordingState.REFUSED, created_at=now))
    await session.flush()


async def _contact(session: AsyncSession, person: Person, now: datetime) -> Contact:
    return await contacts.add_contact(
        session,
        SYSTEM,
        name=person.name,
        phone=person.phone,
        email=person.email,
        language=person.language,
        organisation=person.organisation,
        now=now,
    )


async def _deals(session: AsyncSession, owner: Actor, people: dict[str, Contact], now: datetime) -> None:
    by_key = {stage.key: stage for stage in await stages.list_stages(session)}
    for title, name, minor, stage, days in DEALS:
        await deals.add_deal(
            session,
            owner,
            title=title,
            value=Money(minor, company_of(session).currency),
            contact_id=people[name].id,
            stage=by_key[stage],
            expected_close=(now + timedelta(days=days)).date(),
            now=now - timedelta(days=20),
        )


async def _sales(session: AsyncSession, owner: Actor, people: dict[str, Contact], now: datetime) -> None:
    """A quote, an appointment, a next step, and one that got away."""
    found = {deal.title: deal for deal in await session.scalars(select(Deal))}
    await moves.lose(session, owner, found["Garage heating"].id, now - timedelta(days=2), "price")
    visit = found["Badsanierung barrierefrei"].id
    await moves.set_next_step(session, owner, visit, "Grundriss anfordern", now, now + timedelta(days=2))
    quote = await quotes.make_quote(session, owner, found["Wärmepumpe für die Backstube"].id, now - timedelta(days=1))
    for key, quantity in (("heat-pump", 2000), ("hour", 22_500)):
        product = products.find_product(session, key)
        await quotes.add_line(
            session,
            owner,
            quote.id,
            text=product.shown("de"),
            unit_minor=product.price.minor,
            vat_bp=product.vat_bp,
            quantity=quantity,
            now=now - timedelta(days=1),
        )
    await quote_links.share(session, owner, quote.id, now - timedelta(hours=23))
    day_after = (now + timedelta(days=2)).astimezone(company_of(session).zone)
    await appointments.make_appointment(
        session,
        owner,
        contact_id=people["Greta Sommer"].id,
        place="Backstube, Hofeingang",
        start_at=day_after.replace(hour=14, minute=0, second=0, microsecond=0),
        now=now - timedelta(days=1),
    )


async def _tickets(session: AsyncSession, team: dict[str, Agent], people: dict[str, Contact], now: datetime) -> None:
    for subject, name, priority, hours in TICKETS:
        reporter = Actor(name=name, channel="demo", language="de", contact_id=people[name].id)
        at = now - timedelta(hours=hours)
        ticket = await tickets.open_ticket(
            session, reporter, subject=subject, contact_id=people[name].id, priority=priority, now=at
        )
        if priority is Priority.HIGH:
            jonas, then = actor_of(team["Jonas Weber"], "demo"), at + timedelta(minutes=9)
            await tickets.claim(session, jonas, ticket.id, then)
            await details.set_field(session, jonas, ticket.id, "serial", "NH-2019-0417", then)
        await sla.settle(session, ticket, now)


async def _calls(session: AsyncSession, lena: Actor, people: dict[str, Contact], now: datetime) -> None:
    """One about a deal, and one about the elevator that hums."""
    for name, note, minutes, hours in CALLS:
        at = now - timedelta(hours=hours)
        call = await calls.log_call(session, lena, contact=people[name], note=note, minutes=minutes, now=at)
    hums = await session.scalar(select(Ticket.id).where(Ticket.contact_id == people["Jürgen Müller"].id))
    assert hums is not None, "it is one of TICKETS"
    await ticket_calls.link_call(session, lena, hums, call.id, at)


async def _tasks(session: AsyncSession, team: dict[str, Agent], people: dict[str, Contact], now: datetime) -> None:
    zone = company_of(session).zone
    for title, assignee, name, days in TASKS:
        due = (now + timedelta(days=days)).astimezone(zone).replace(hour=16, minute=0, second=0, microsecond=0)
        await tasks.add_task(
            session,
            actor_of(team[assignee], "demo"),
            title=title,
            contact_id=people[name].id if name else None,
            due_at=due,
            now=now - timedelta(days=1),
        )
