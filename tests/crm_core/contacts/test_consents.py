from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_core import activity
from crm_core.agents import SYSTEM, Role
from crm_core.contacts import consents, contacts, do_not_call
from crm_core.contacts.consents import Channel, Purpose
from crm_core.contacts.contacts import Contact
from crm_core.db import Database
from crm_core.errors import Invalid, NotAllowed, Refused
from crm_core.privacy import legal_holds
from tests import people
from tests.people import NOW

GRETA = "+493023125010"
ADVERTISING = (Channel.PHONE, Purpose.ADVERTISING)


async def test_nobody_is_called_with_offers_who_never_agreed(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        assert not await consents.may(session, greta.id, *ADVERTISING, NOW)
        with pytest.raises(Refused) as refused:
            await consents.use(session, SYSTEM, greta.id, *ADVERTISING, NOW)
        assert str(refused.value) == "consent.refused"


async def test_who_agreed_is_called_until_they_withdraw(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        said = await consents.state(session, SYSTEM, greta.id, *ADVERTISING, NOW, is_given=True, wording=" Ja,  gern. ")
        assert said.wording == " Ja,  gern. "
        used = await consents.use(session, SYSTEM, greta.id, *ADVERTISING, NOW, number=GRETA, source=("call", 7))
        assert (used.consent_id, used.number, used.source_kind, used.source_id) == (said.id, GRETA, "call", 7)
        assert not await consents.may(session, greta.id, Channel.SMS, Purpose.ADVERTISING, NOW)
        await consents.state(session, SYSTEM, greta.id, *ADVERTISING, NOW, is_given=False, wording="")
        assert not await consents.may(session, greta.id, *ADVERTISING, NOW)
        assert [consent.is_given for consent in await consents.current(session, greta.id)] == [False]
        assert [step.verb for step in await activity.timeline(session, "contact", greta.id, limit=2)] == [
            "contact.consent-withdrawn",
            "contact.consent-given",
        ]


async def test_service_needs_no_consent_but_may_be_objected_to(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        assert await consents.may(session, greta.id, Channel.SMS, Purpose.SERVICE, NOW)
        await consents.state(
            session, SYSTEM, greta.id, Channel.SMS, Purpose.SERVICE, NOW, is_given=False, wording="Bitte keine SMS"
        )
        assert not await consents.may(session, greta.id, Channel.SMS, Purpose.SERVICE, NOW)


async def test_a_consent_of_tomorrow_is_none_today(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        tomorrow = NOW + timedelta(days=1)
        await consents.state(session, SYSTEM, greta.id, *ADVERTISING, tomorrow, is_given=True, wording="Ja")
        assert not await consents.may(session, greta.id, *ADVERTISING, NOW)
        assert await consents.may(session, greta.id, *ADVERTISING, tomorrow)


async def test_a_number_that_is_not_to_be_called_outweighs_every_consent(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        sister = await people.add_contact(session, "Ida Sommer", GRETA)
        await consents.state(session, SYSTEM, sister.id, *ADVERTISING, NOW, is_given=True, wording="Ja")
        assert await do_not_call.refuse_calls(session, SYSTEM, greta.id, NOW) == [GRETA]
        assert await do_not_call.refuse_calls(session, SYSTEM, greta.id, NOW) == []
        for contact in (greta, sister):
            assert not await consents.may(session, contact.id, Channel.PHONE, Purpose.SERVICE, NOW)
        assert not await consents.may(session, sister.id, *ADVERTISING, NOW)
        assert await consents.may(session, sister.id, *ADVERTISING, NOW, number="+493023125099")
        assert await do_not_call.allow_calls(session, SYSTEM, greta.id, NOW) == [GRETA]
        assert await consents.may(session, sister.id, *ADVERTISING, NOW)


async def test_a_consent_without_words_is_no_evidence(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        with pytest.raises(Invalid, match="wording-missing"):
            await consents.state(session, SYSTEM, greta.id, *ADVERTISING, NOW, is_given=True, wording=" ")
        nobody = await people.add_contact(session, "Paul Winter", None)
        with pytest.raises(Invalid, match="no-number"):
            await do_not_call.refuse_calls(session, SYSTEM, nobody.id, NOW)


async def test_what_was_acted_on_is_not_undone(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        mira = people.as_actor(await people.add_agent(session))
        said = await consents.state(session, mira, greta.id, *ADVERTISING, NOW, is_given=True, wording="Ja")
        await activity.undo(session, mira, NOW)
        assert await consents.latest(session, greta.id, *ADVERTISING) is None
        said = await consents.state(session, mira, greta.id, *ADVERTISING, NOW, is_given=True, wording="Ja")
        await consents.use(session, mira, greta.id, *ADVERTISING, NOW)
        with pytest.raises(Refused, match="was-used"):
            await activity.undo(session, mira, NOW)
        assert (await consents.latest(session, greta.id, *ADVERTISING)) is said


async def test_a_contact_with_a_consent_or_a_hold_is_not_undone(database: Database) -> None:
    async with database.transaction() as session:
        mira = people.as_actor(await people.add_agent(session))
        greta = await contacts.add_contact(session, mira, name="Greta Sommer", now=NOW)
        await consents.state(session, SYSTEM, greta.id, *ADVERTISING, NOW, is_given=True, wording="Ja")
        with pytest.raises(Refused, match="changed-since"):
            await activity.undo(session, mira, NOW)
        paul = await contacts.add_contact(session, mira, name="Paul Winter", now=NOW)
        await legal_holds.put(session, SYSTEM, paul.id, "court", NOW)
        with pytest.raises(Refused, match="changed-since"):
            await activity.undo(session, mira, NOW)


async def test_a_viewer_notes_no_consent(database: Database) -> None:
    async with database.transaction() as session:
        greta: Contact = await people.add_contact(session)
        viewer = people.as_actor(await people.add_agent(session, "Vera", Role.VIEWER))
        with pytest.raises(NotAllowed):
            await consents.state(session, viewer, greta.id, *ADVERTISING, NOW, is_given=True, wording="Ja")
        with pytest.raises(NotAllowed):
            await do_not_call.refuse_calls(session, viewer, greta.id, NOW)


STATEMENTS = st.lists(
    st.tuples(st.sampled_from(list(Channel)), st.sampled_from(list(Purpose)), st.booleans()), max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements=STATEMENTS)
async def test_the_newest_word_counts_and_only_for_what_it_was_said_about(
    database: Database, statements: list[tuple[Channel, Purpose, bool]]
) -> None:
    async with database.transaction() as session:
        person = await people.add_contact(session, phone=None)
        for channel, purpose, is_given in statements:
            await consents.state(session, SYSTEM, person.id, channel, purpose, NOW, is_given=is_given, wording="x")
        newest = {(channel, purpose): is_given for channel, purpose, is_given in statements}
        for channel in Channel:
            for purpose in Purpose:
                expected = newest.get((channel, purpose), purpose is Purpose.SERVICE)
                assert await consents.may(session, person.id, channel, purpose, NOW) is expected
