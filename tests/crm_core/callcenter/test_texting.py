"""What becomes of a text that arrives, and of one that we sent."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core.agents import SYSTEM, Role
from crm_core.callcenter import blocking, texting
from crm_core.callcenter.texting import Outcome
from crm_core.contacts import consents, texts
from crm_core.contacts.consents import Channel, Purpose
from crm_core.contacts.texts import TextMessage, TextState
from crm_core.db import Database
from crm_core.errors import Invalid, Refused
from crm_core.outbox import Effect, EffectKind
from crm_core.privacy.privacy import erase
from crm_core.support import states, tickets, ways
from crm_core.support.tickets import Ticket, TicketComment
from tests import people
from tests.people import NOW, as_actor

GRETA = "+493023125010"
MOBILE = "+491711234567"


async def _arrives(database: Database, body: str, sid: str = "SM1", number: str = GRETA) -> str:
    async with database.transaction() as session:
        outcome, _language = await texting.arrived(session, sid, number, body, NOW)
        return outcome


async def test_a_first_text_opens_a_ticket_and_the_next_goes_on_with_it(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
    assert await _arrives(database, "Die Heizung ist kalt") == Outcome.OPENED
    assert await _arrives(database, "Seit gestern", "SM2") == Outcome.ANSWERED
    async with database.transaction() as session:
        [ticket] = (await session.scalars(select(Ticket))).all()
        assert (ticket.subject, ticket.channel, ticket.contact_id) == ("Die Heizung ist kalt", "sms", greta.id)
        [said] = (await session.scalars(select(TicketComment))).all()
        assert (said.body, said.is_public, said.author) == ("Seit gestern", True, "Greta Sommer")


async def test_a_text_that_is_delivered_twice_is_one(database: Database) -> None:
    assert await _arrives(database, "Hallo") == Outcome.OPENED
    assert await _arrives(database, "Hallo") == Outcome.KNOWN
    async with database.transaction() as session:
        assert len((await session.scalars(select(Ticket))).all()) == 1


async def test_after_a_ticket_is_closed_a_text_opens_another(database: Database) -> None:
    await _arrives(database, "Die Heizung ist kalt")
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        await states.close(session, mira, 1, NOW)
    assert await _arrives(database, "Schon wieder kalt", "SM2") == Outcome.OPENED


async def test_a_resolved_ticket_is_open_again_when_its_customer_texts(database: Database) -> None:
    await _arrives(database, "Die Heizung ist kalt")
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        await tickets.resolve(session, mira, 1, NOW)
    assert await _arrives(database, "Doch nicht", "SM2") == Outcome.ANSWERED
    async with database.transaction() as session:
        assert (await tickets.locked(session, 1)).status == "open"


@pytest.mark.parametrize(
    "word", ["STOP", "stopp", "Stopp!", "ABMELDEN", "Stop bitte", "STOP ALL", "OPTOUT", "Opt-out", "REVOKE"]
)
async def test_stop_is_honoured_for_everything_and_start_takes_it_back(database: Database, word: str) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        mira = as_actor(await people.add_agent(session))
    assert await _arrives(database, word) == Outcome.STOPPED
    with pytest.raises(Refused):
        async with database.transaction() as session:
            await texts.write(session, mira, greta.id, "Wir kommen um zwei", NOW)
    async with database.transaction() as session:
        for purpose in (Purpose.SERVICE, Purpose.SURVEY, Purpose.ADVERTISING):
            said = await consents.latest(session, greta.id, Channel.SMS, purpose)
            assert said is not None
            assert (said.is_given, said.wording, said.how) == (False, word, "written")
        assert (await session.scalars(select(Ticket))).all() == []
    assert await _arrives(database, "START", "SM2") == Outcome.STARTED
    async with database.transaction() as session:
        await texts.write(session, mira, greta.id, "Wir kommen um zwei", NOW)
        assert not await consents.may(session, greta.id, Channel.SMS, Purpose.ADVERTISING, NOW)


async def test_a_sentence_with_stop_in_it_is_no_stop(database: Database) -> None:
    assert await _arrives(database, "Stop the water please, it is everywhere") == Outcome.OPENED
    assert await _arrives(database, "Bitte alle Nachrichten an Hans", "SM2") == Outcome.ANSWERED


async def test_stop_from_a_phone_that_is_nobodys_holds_until_start(database: Database) -> None:
    await _arrives(database, "STOPP", number=MOBILE)
    with pytest.raises(Refused):
        async with database.transaction() as session:
            await texts.send(session, SYSTEM, MOBILE, "Wir haben Sie verpasst", NOW, contact_id=None)
    await _arrives(database, "START", "SM2", MOBILE)
    async with database.transaction() as session:
        await texts.send(session, SYSTEM, MOBILE, "Wir haben Sie verpasst", NOW, contact_id=None)


async def test_stop_holds_for_whoever_is_given_the_number_later_and_outlives_their_erasure(database: Database) -> None:
    await _arrives(database, "STOPP", number=MOBILE)
    async with database.transaction() as session:
        greta = await people.add_contact(session, phone=MOBILE)
        assert not await consents.may(session, greta.id, Channel.SMS, Purpose.SERVICE, NOW, MOBILE)
        await erase(session, SYSTEM, greta.id, NOW)
        hans = await people.add_contact(session, "Hans Sommer", MOBILE)
        assert not await consents.may(session, hans.id, Channel.SMS, Purpose.SERVICE, NOW, MOBILE)


async def test_a_ticket_of_somebody_unknown_is_not_answered_by_text_after_their_stop(database: Database) -> None:
    await _arrives(database, "Die Heizung ist kalt", number=MOBILE)
    await _arrives(database, "STOPP", "SM2", MOBILE)
    async with database.transaction() as session:
        ticket = await tickets.locked(session, 1)
        assert await ways.open_way(session, ticket, NOW) is None


@pytest.mark.parametrize("word", ["HELP", "Hilfe!", "info"])
async def test_help_opens_no_ticket(database: Database, word: str) -> None:
    assert await _arrives(database, word) == Outcome.HELPED
    async with database.transaction() as session:
        assert (await session.scalars(select(Ticket))).all() == []


async def test_a_blocked_number_opens_no_ticket_and_may_still_say_stop(database: Database) -> None:
    async with database.transaction() as session:
        lena = as_actor(await people.add_agent(session, role=Role.LEAD))
        await blocking.block(session, lena, MOBILE, "spam", NOW)
    assert await _arrives(database, "Kaufen Sie!", number=MOBILE) == Outcome.TURNED_AWAY
    assert await _arrives(database, "STOPP", "SM2", MOBILE) == Outcome.STOPPED
    async with database.transaction() as session:
        assert (await session.scalars(select(Ticket))).all() == []
        assert [text.body for text in await session.scalars(select(TextMessage))] == ["Kaufen Sie!", "STOPP"]


async def test_a_shared_number_stops_for_all_who_have_it(database: Database) -> None:
    async with database.transaction() as session:
        both = [await people.add_contact(session, name) for name in ("Greta Sommer", "Hans Sommer")]
    await _arrives(database, "STOP")
    async with database.transaction() as session:
        for contact in both:
            assert not await consents.may(session, contact.id, Channel.SMS, Purpose.SERVICE, NOW)


async def test_a_text_is_written_sent_once_and_noted(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        mira = as_actor(await people.add_agent(session))
        await texts.write(session, mira, greta.id, " Wir kommen um zwei ", NOW)
        [effect] = (await session.scalars(select(Effect).where(Effect.kind == EffectKind.SMS))).all()
        assert effect.payload == {"message": 1, "to": GRETA, "text": "Wir kommen um zwei"}
        thread = await texts.thread(session, mira, greta.id)
        assert [(text.body, text.state, text.author) for text in thread] == [
            ("Wir kommen um zwei", "pending", "Mira Okafor")
        ]


@pytest.mark.parametrize("body", ["", "   ", "x" * 1601])
async def test_an_empty_or_endless_text_is_refused(database: Database, body: str) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        mira = as_actor(await people.add_agent(session))
        with pytest.raises(Invalid):
            await texts.write(session, mira, greta.id, body, NOW)


async def test_reports_come_in_any_order_and_the_last_state_stays(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        mira = as_actor(await people.add_agent(session))
        message = await texts.write(session, mira, greta.id, "Hallo", NOW)
        for state in (TextState.DELIVERED, TextState.SENT):
            await texts.reported(session, message.id, "SM9", state, None)
        assert (message.state, message.sid) == ("delivered", "SM9")


async def test_who_blocked_us_at_the_carrier_has_withdrawn_and_the_agent_hears_of_it(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        agent = await people.add_agent(session, slack="U1")
        mira = as_actor(agent)
        ticket = await tickets.open_ticket(session, mira, subject="Kalt", contact_id=greta.id, now=NOW)
        await tickets.claim(session, mira, ticket.id, NOW)
        message = await texts.send(session, mira, GRETA, "Wir kommen", NOW, contact_id=greta.id, ticket_id=ticket.id)
        await texts.reported(session, message.id, "SM9", TextState.FAILED, 21610)
        await texting.not_delivered(session, message, NOW + timedelta(seconds=1))
        assert not await consents.may(session, greta.id, Channel.SMS, Purpose.SERVICE, NOW + timedelta(seconds=2))
        [notice] = (await session.scalars(select(Effect).where(Effect.kind == EffectKind.NOTICE))).all()
        assert notice.payload["id"] == "notice.text-not-delivered"


async def test_a_text_of_somebody_unknown_becomes_theirs_with_their_number(database: Database) -> None:
    await _arrives(database, "Hallo")
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        mira = as_actor(await people.add_agent(session))
        [text] = await texts.thread(session, mira, greta.id)
        assert isinstance(text, TextMessage)
        assert text.contact_id is None
