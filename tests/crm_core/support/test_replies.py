from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core.agents import Actor, Proof
from crm_core.callcenter import arrivals
from crm_core.contacts import chat_identities, consents
from crm_core.contacts.chat_identities import Messenger
from crm_core.contacts.consents import Channel, ConsentUse, Purpose
from crm_core.contacts.contacts import Contact
from crm_core.contacts.texts import LONGEST
from crm_core.db import Database
from crm_core.errors import Invalid, NotFound
from crm_core.outbox import Effect, EffectKind
from crm_core.support import merging, replies, snooze, states, tickets
from crm_core.support.tickets import Status, Ticket
from crm_core.support.ways import Medium, Way
from tests import people
from tests.people import NOW, as_actor

GRETA = "+493023125010"


async def _mira(database: Database) -> Actor:
    async with database.transaction() as session:
        return as_actor(await people.add_agent(session))


async def _greta(database: Database) -> tuple[Contact, Actor]:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
    return greta, Actor(greta.name, "phone", "de", contact_id=greta.id, proof=Proof.CALLER_ID)


async def _open(database: Database, actor: Actor, **more: object) -> Ticket:
    async with database.transaction() as session:
        return await tickets.open_ticket(session, actor, subject="Heizung kalt", now=NOW, **more)  # type: ignore[arg-type]


async def _texts(database: Database) -> list[dict[str, str]]:
    async with database.transaction() as session:
        found = await session.scalars(select(Effect).where(Effect.kind == EffectKind.SMS).order_by(Effect.id))
        return [effect.payload for effect in found]


async def test_who_called_gets_the_reply_as_sms_and_the_ticket_waits(database: Database) -> None:
    mira, (greta, caller) = await _mira(database), await _greta(database)
    ticket = await _open(database, caller, contact_id=greta.id)
    async with database.transaction() as session:
        told = await replies.reply(session, mira, ticket.id, "Der Techniker kommt.", NOW)
    assert (told.way, told.ticket.status) == (Way(Medium.SMS, GRETA), Status.WAITING)
    assert await _texts(database) == [{"message": 1, "to": GRETA, "text": "T-1: Der Techniker kommt."}]
    async with database.transaction() as session:
        [said] = await tickets.comments(session, ticket.id, only_public=True)
    assert (said.author, said.body) == ("Mira Okafor", "Der Techniker kommt.")


async def test_the_number_they_called_from_comes_first(database: Database) -> None:
    mira, (greta, caller) = await _mira(database), await _greta(database)
    async with database.transaction() as session:
        call = await arrivals.answer(session, "CA" + "1" * 32, "+4915112345678", "+493023125100", {}, NOW)
    ticket = await _open(database, caller, contact_id=greta.id, call_id=call.id)
    async with database.transaction() as session:
        told = await replies.reply(session, mira, ticket.id, "Hallo", NOW)
    assert told.way == Way(Medium.SMS, "+4915112345678")


async def test_a_reply_that_cannot_be_sent_is_kept(database: Database) -> None:
    mira = await _mira(database)
    async with database.transaction() as session:
        emily = await people.add_contact(session, "Emily Clarke", None)
    ticket = await _open(database, mira, contact_id=emily.id)
    async with database.transaction() as session:
        told = await replies.reply(session, mira, ticket.id, "Hallo", NOW)
    assert (told.way, await _texts(database)) == (None, [])
    async with database.transaction() as session:
        assert [said.body for said in await tickets.comments(session, ticket.id, only_public=True)] == ["Hallo"]


async def test_a_note_is_not_public(database: Database) -> None:
    mira, (greta, caller) = await _mira(database), await _greta(database)
    ticket = await _open(database, caller, contact_id=greta.id)
    async with database.transaction() as session:
        await tickets.comment(session, mira, ticket.id, "grumpy", NOW)
        assert not await tickets.comments(session, ticket.id, only_public=True)
    assert await _texts(database) == []


async def test_a_text_too_long_for_sms_is_refused_before_it_is_cut(sqlite_database: Database) -> None:
    mira, (greta, caller) = await _mira(sqlite_database), await _greta(sqlite_database)
    ticket = await _open(sqlite_database, caller, contact_id=greta.id)
    with pytest.raises(Invalid) as refused:
        async with sqlite_database.transaction() as session:
            await replies.reply(session, mira, ticket.id, "x" * LONGEST, NOW)
    most = LONGEST - len("T-1: ")
    assert refused.value.message.params == {"limit": most}
    async with sqlite_database.transaction() as session:
        await replies.reply(session, mira, ticket.id, "x" * most, NOW)
    assert [len(text["text"]) for text in await _texts(sqlite_database)] == [LONGEST]


@pytest.mark.parametrize("before", ["resolve", "close", "wait", "snooze"])
async def test_whatever_a_customer_answers_opens_the_ticket_again(database: Database, before: str) -> None:
    mira, (greta, caller) = await _mira(database), await _greta(database)
    ticket = await _open(database, mira, contact_id=greta.id)
    async with database.transaction() as session:
        match before:
            case "resolve":
                await tickets.resolve(session, mira, ticket.id, NOW)
            case "close":
                await states.close(session, mira, ticket.id, NOW)
            case "wait":
                await states.wait(session, mira, ticket.id, NOW)
            case _:
                await tickets.claim(session, mira, ticket.id, NOW)
                await snooze.snooze(session, mira, ticket.id, NOW + timedelta(days=1), NOW)
        answered = await replies.customer_replied(session, caller, ticket.id, "Still cold", NOW)
    assert (answered.status, answered.snoozed_until) == (Status.OPEN, None)


async def test_an_answer_to_a_merged_ticket_reaches_the_one_that_goes_on(database: Database) -> None:
    mira, (greta, caller) = await _mira(database), await _greta(database)
    old = await _open(database, mira, contact_id=greta.id)
    new = await _open(database, mira, contact_id=greta.id)
    async with database.transaction() as session:
        await merging.merge(session, mira, old.id, new.id, NOW)
        assert (await replies.customer_replied(session, caller, old.id, "Hello?", NOW)).id == new.id


async def test_nobody_answers_on_a_ticket_of_somebody_else(database: Database) -> None:
    mira, (_, caller) = await _mira(database), await _greta(database)
    ticket = await _open(database, mira)
    with pytest.raises(NotFound):
        async with database.transaction() as session:
            await replies.customer_replied(session, caller, ticket.id, "Mine?", NOW)


async def test_who_refused_texts_gets_none_and_each_text_is_noted(database: Database) -> None:
    mira, (greta, caller) = await _mira(database), await _greta(database)
    ticket = await _open(database, caller, contact_id=greta.id)
    async with database.transaction() as session:
        assert (await replies.reply(session, mira, ticket.id, "Hallo", NOW)).way is not None
        [used] = await session.scalars(select(ConsentUse))
        assert (used.contact_id, used.channel, used.purpose, used.source_id) == (greta.id, "sms", "service", ticket.id)
        await consents.state(
            session, mira, greta.id, Channel.SMS, Purpose.SERVICE, NOW, is_given=False, wording="Bitte keine SMS mehr."
        )
    async with database.transaction() as session:
        assert (await replies.reply(session, mira, ticket.id, "Hallo noch einmal", NOW)).way is None
    assert [text["text"] for text in await _texts(database)] == ["T-1: Hallo"]


CHATS = (Messenger.TELEGRAM, "555"), (Messenger.SLACK, "U0GRETA")
TELEGRAM, SLACK, SMS = Way(Medium.TELEGRAM, "555"), Way(Medium.SLACK, "U0GRETA"), Way(Medium.SMS, GRETA)


@pytest.mark.parametrize(
    ("channel", "objected", "way"),
    [
        ("telegram", [], TELEGRAM),
        ("slack", [], SLACK),
        ("phone", [], SMS),
        ("phone", [Channel.SMS], SLACK),
        ("telegram", [Channel.CHAT], SMS),
        ("terminal", [], SLACK),
        ("terminal", [Channel.CHAT], SMS),
        ("telegram", [Channel.CHAT, Channel.SMS], None),
    ],
)
async def test_the_way_they_came_comes_first_and_another_that_they_allow_after_it(
    database: Database, channel: str, objected: list[Channel], way: Way | None
) -> None:
    mira, (greta, caller) = await _mira(database), await _greta(database)
    ticket = await _open(database, replace(caller, channel=channel), contact_id=greta.id)
    async with database.transaction() as session:
        for messenger, account in CHATS:
            await chat_identities.add_identity(session, greta.id, messenger, account, NOW)
        for what in objected:
            await consents.state(
                session, mira, greta.id, what, Purpose.SERVICE, NOW, is_given=False, wording="Bitte nicht."
            )
        told = await replies.reply(session, mira, ticket.id, "Hallo", NOW)
        noted = [(used.channel, used.number, used.source_id) for used in await session.scalars(select(ConsentUse))]
        sent = select(Effect.kind, Effect.address, Effect.payload).where(Effect.kind.in_(["sms", "message"]))
        effects = [tuple(row) for row in await session.execute(sent)]
    assert told.way == way
    match way:
        case None:
            assert (noted, effects) == ([], [])
        case Way(Medium.SMS, to):
            assert noted == [("sms", to, ticket.id)]
            assert effects == [("sms", f"twilio:text-{to}", {"message": 1, "to": to, "text": "T-1: Hallo"})]
        case Way(medium, to):
            place = f"{medium}:{to}"
            assert noted == [("chat", None, ticket.id)]
            assert effects == [("message", place, {"place": place, "text": "T-1: Hallo"})]


async def test_who_wrote_in_telegram_and_is_known_in_slack_alone_is_reached_there(sqlite_database: Database) -> None:
    mira, (greta, caller) = await _mira(sqlite_database), await _greta(sqlite_database)
    ticket = await _open(sqlite_database, replace(caller, channel="telegram"), contact_id=greta.id)
    async with sqlite_database.transaction() as session:
        await chat_identities.add_identity(session, greta.id, Messenger.SLACK, "U0GRETA", NOW)
        assert (await replies.reply(session, mira, ticket.id, "Hallo", NOW)).way == SLACK


async def test_a_long_answer_goes_by_chat_as_it_is(sqlite_database: Database) -> None:
    mira, (greta, caller) = await _mira(sqlite_database), await _greta(sqlite_database)
    ticket = await _open(sqlite_database, replace(caller, channel="telegram"), contact_id=greta.id)
    async with sqlite_database.transaction() as session:
        await chat_identities.add_identity(session, greta.id, Messenger.TELEGRAM, "555", NOW)
        assert (await replies.reply(session, mira, ticket.id, "x" * 5000, NOW)).way == TELEGRAM


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("Wir kommen.", "T-1: Wir kommen."),
        ("Zu T-1: wir kommen.", "Zu T-1: wir kommen."),
        ("Wie T-12", "T-1: Wie T-12"),
    ],
)
async def test_the_customer_reads_which_ticket_is_meant(sqlite_database: Database, body: str, read: str) -> None:
    mira, (greta, caller) = await _mira(sqlite_database), await _greta(sqlite_database)
    ticket = await _open(sqlite_database, caller, contact_id=greta.id)
    async with sqlite_database.transaction() as session:
        await replies.reply(session, mira, ticket.id, body, NOW)
    assert [text["text"] for text in await _texts(sqlite_database)] == [read]
