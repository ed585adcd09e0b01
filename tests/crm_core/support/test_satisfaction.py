from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from crm_core import activity
from crm_core.agents import SYSTEM, Actor, Proof, Role
from crm_core.company import Company
from crm_core.contacts import chat_identities, consents
from crm_core.contacts.chat_identities import Messenger
from crm_core.contacts.consents import Channel, ConsentUse, Purpose
from crm_core.db import Database
from crm_core.errors import NotAllowed, NotFound, Refused
from crm_core.outbox import Effect, EffectKind
from crm_core.privacy.privacy import erase, known_of
from crm_core.support import satisfaction, tickets
from crm_core.support.satisfaction import Satisfaction, TeamScore
from crm_core.support.tickets import Ticket
from tests import people
from tests.people import NOW, as_actor

HOUR = timedelta(hours=1)
GRETA = "+493023125010"


async def _resolved(
    database: Database, *, channel: str = "phone", team: str | None = None, at: datetime = NOW
) -> tuple[Actor, Actor, Ticket]:
    """Who resolved it, whose it is, and the ticket."""
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session, f"Mira {team}", team=team))
        greta = await people.add_contact(session, "Greta Sommer", GRETA)
        caller = Actor("Greta Sommer", channel, "de", contact_id=greta.id, proof=Proof.CALLER_ID)
        ticket = await tickets.open_ticket(session, caller, subject="Cold", contact_id=greta.id, now=NOW)
        await tickets.claim(session, mira, ticket.id, NOW)
    async with database.transaction() as session:
        await tickets.resolve(session, mira, ticket.id, at)
    return mira, caller, ticket


async def _ring(database: Database, now: datetime) -> None:
    async with database.transaction() as session:
        timers = select(Effect).where(Effect.kind == EffectKind.TIMER, Effect.due_at <= now)
        for effect in (await session.scalars(timers)).all():
            if effect.payload["verb"] == satisfaction.TIMER:
                await satisfaction.on_due(session, effect.payload, now)


async def _texts(database: Database) -> list[tuple[str, str]]:
    async with database.transaction() as session:
        sent = (await session.scalars(select(Effect).where(Effect.kind == EffectKind.SMS))).all()
    return [(effect.payload["to"], effect.payload["text"]) for effect in sent]


async def test_who_came_by_phone_is_asked_once_by_sms_after_a_while(database: Database) -> None:
    _mira, _greta, ticket = await _resolved(database)
    await _ring(database, NOW + timedelta(minutes=59))
    assert await _texts(database) == []
    await _ring(database, NOW + HOUR)
    await _ring(database, NOW + 2 * HOUR)
    [(number, text)] = await _texts(database)
    assert number == GRETA
    assert text.startswith(f"Nordlicht Haustechnik: Wie zufrieden sind Sie mit {ticket.ref}?")


@pytest.mark.parametrize(("said", "asked"), [(None, 0), (True, 1), (False, 0)])
async def test_a_house_that_needs_consent_asks_who_agreed(
    database: Database, company: Company, said: bool | None, asked: int
) -> None:
    assert company.satisfaction is not None
    strict = company.satisfaction.model_copy(update={"needs_consent": True})
    database.works_for(company.model_copy(update={"satisfaction": strict}))
    mira, _caller, ticket = await _resolved(database)
    if said is not None:
        async with database.transaction() as session:
            await consents.state(
                session, mira, ticket.contact_id or 0, Channel.SMS, Purpose.SURVEY, NOW, is_given=said, wording="So."
            )
    await _ring(database, NOW + timedelta(hours=2))
    assert len(await _texts(database)) == asked


async def test_nobody_is_asked_in_the_evening(database: Database) -> None:
    await _resolved(database, at=NOW + timedelta(hours=6, minutes=30))  # 17:30 in Berlin
    await _ring(database, NOW + 8 * HOUR)
    assert await _texts(database) == []
    await _ring(database, NOW + timedelta(hours=21, minutes=30))
    assert len(await _texts(database)) == 1


async def test_who_did_not_come_by_phone_is_not_texted(database: Database) -> None:
    await _resolved(database, channel="slack")
    await _ring(database, NOW + HOUR)
    assert await _texts(database) == []


@pytest.mark.parametrize(("said", "asked"), [(None, 0), (True, 1), (False, 0)])
async def test_who_wrote_in_a_chat_is_asked_there_if_they_agreed_to_that(
    database: Database, company: Company, said: bool | None, asked: int
) -> None:
    assert company.satisfaction is not None
    strict = company.satisfaction.model_copy(update={"needs_consent": True})
    database.works_for(company.model_copy(update={"satisfaction": strict}))
    mira, caller, ticket = await _resolved(database, channel="telegram")
    contact_id = caller.contact_id or 0
    async with database.transaction() as session:
        await chat_identities.add_identity(session, contact_id, Messenger.TELEGRAM, "555", NOW)
        surveys = (Channel.SMS, Purpose.SURVEY)
        await consents.state(session, mira, contact_id, *surveys, NOW, is_given=True, wording="Per SMS gern.")
        if said is not None:
            surveys = (Channel.CHAT, Purpose.SURVEY)
            await consents.state(session, mira, contact_id, *surveys, NOW, is_given=said, wording="So.")
    await _ring(database, NOW + HOUR)
    async with database.transaction() as session:
        messages = (await session.scalars(select(Effect).where(Effect.kind == EffectKind.MESSAGE))).all()
        used = [(use.channel, use.purpose) for use in await session.scalars(select(ConsentUse))]
        kept = await session.get(Satisfaction, ticket.id)
    assert [message.address for message in messages] == ["telegram:555"] * asked
    assert used == [("chat", "survey")] * asked
    assert (kept.channel if kept else None) == ("telegram" if asked else None)
    assert await _texts(database) == []


async def test_a_slip_that_was_taken_back_is_not_asked_about(database: Database) -> None:
    mira, _greta, _ticket = await _resolved(database)
    async with database.transaction() as session:
        await activity.undo(session, mira, NOW)
    await _ring(database, NOW + HOUR)
    assert await _texts(database) == []


async def test_a_house_that_does_not_ask_asks_nobody(database: Database, company: Company) -> None:
    database.works_for(company.model_copy(update={"satisfaction": None}))
    await _resolved(database)
    await _ring(database, NOW + HOUR)
    assert await _texts(database) == []


@pytest.mark.parametrize(
    ("text", "rating", "comment"),
    [
        ("5", 5, None),
        (" 4, sehr freundlich", 4, "sehr freundlich"),
        ("1! Nie wieder", 1, "Nie wieder"),
        ("4/5 gut", 4, "gut"),
    ],
)
async def test_what_is_texted_back_is_the_rating(
    database: Database, text: str, rating: int, comment: str | None
) -> None:
    _mira, greta, ticket = await _resolved(database)
    await _ring(database, NOW + HOUR)
    async with database.transaction() as session:
        rated = await satisfaction.answered(session, greta, text, NOW + 2 * HOUR)
        assert rated is not None
    async with database.transaction() as session:
        kept = await session.get_one(Satisfaction, ticket.id)
        assert (kept.rating, kept.comment) == (rating, comment)
        assert "freundlich" not in str([e.data for e in await activity.timeline(session, "ticket", ticket.id)])
        assert await satisfaction.answered(session, greta, "2", NOW + 2 * HOUR) is None


@pytest.mark.parametrize("text", ["", "6", "10", "danke", "0", "55", "3-5 Tage gewartet", "1:30 Uhr", "3. 12."])
async def test_what_is_no_rating_is_left_to_others(database: Database, text: str) -> None:
    _mira, greta, _ticket = await _resolved(database)
    await _ring(database, NOW + HOUR)
    async with database.transaction() as session:
        assert await satisfaction.answered(session, greta, text, NOW + HOUR) is None


async def test_a_rating_that_nobody_asked_for_lately_is_no_answer(database: Database) -> None:
    _mira, greta, _ticket = await _resolved(database)
    async with database.transaction() as session:
        assert await satisfaction.answered(session, greta, "5", NOW) is None
    await _ring(database, NOW + HOUR)
    async with database.transaction() as session:
        assert await satisfaction.answered(session, greta, "5", NOW + timedelta(days=8)) is None


async def test_a_customer_rates_their_own_resolved_ticket_only(database: Database) -> None:
    _mira, greta, ticket = await _resolved(database)
    stranger = Actor("Paul", "phone", "de", contact_id=9999, proof=Proof.CALLER_ID)
    async with database.transaction() as session:
        with pytest.raises(NotFound):
            await satisfaction.rate(session, stranger, ticket.id, 1, NOW)
        fresh = await tickets.open_ticket(session, greta, subject="Again", contact_id=greta.contact_id, now=NOW)
        with pytest.raises(Refused):
            await satisfaction.rate(session, greta, fresh.id, 1, NOW)
        await satisfaction.rate(session, greta, ticket.id, 2, NOW)
        await satisfaction.rate(session, greta, ticket.id, 4, NOW)
        assert (await session.get_one(Satisfaction, ticket.id)).rating == 4


async def test_a_team_with_fewer_than_five_answers_is_not_told(database: Database) -> None:
    async with database.transaction() as session:
        lead = as_actor(await people.add_agent(session, "Lena", Role.LEAD))
    for team, ratings in (("north", [5, 5, 4, 3, 1]), ("south", [1, 1, 1, 1]), ("old", [5, 5, 5, 5, 5])):
        for number, rating in enumerate(ratings):
            async with database.transaction() as session:
                agent = as_actor(await people.add_agent(session, f"{team} {number}", team=team))
                ticket = await tickets.open_ticket(session, agent, subject="Cold", now=NOW)
                await tickets.claim(session, agent, ticket.id, NOW)
                await tickets.resolve(session, agent, ticket.id, NOW)
                at = NOW - timedelta(days=100) if team == "old" else NOW
                await satisfaction.rate(session, agent, ticket.id, rating, at)
    async with database.transaction() as session:
        assert await satisfaction.by_team(session, lead, NOW) == [
            TeamScore("north", 5, 360, 60),
            TeamScore("south", 4, None, None),
        ]
        assert await satisfaction.by_team(session, lead, NOW, "south") == [TeamScore("south", 4, None, None)]


async def test_the_report_is_for_leads(database: Database) -> None:
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        with pytest.raises(NotAllowed):
            await satisfaction.by_team(session, mira, NOW)


async def test_a_comment_is_told_and_forgotten_and_the_rating_stays(database: Database) -> None:
    _mira, greta, ticket = await _resolved(database)
    assert greta.contact_id is not None
    async with database.transaction() as session:
        await satisfaction.rate(session, greta, ticket.id, 2, NOW, "Der Monteur kam zu spät")
        told = await known_of(session, SYSTEM, greta.contact_id)
        assert [row["comment"] for row in told["satisfaction"]] == ["Der Monteur kam zu spät"]
        await erase(session, SYSTEM, greta.contact_id, NOW)
    async with database.transaction() as session:
        kept = await session.get_one(Satisfaction, ticket.id)
        assert (kept.rating, kept.comment) == (2, None)
