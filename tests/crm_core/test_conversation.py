from __future__ import annotations

from crm_core import conversation
from crm_core.agents import Proof, Role
from crm_core.contacts import chat_identities, customers
from crm_core.contacts.chat_identities import Messenger
from crm_core.conversation import Speaker
from crm_core.db import Database
from tests import people
from tests.people import NOW

MIRA = Speaker("slack", "U01MIRA", "mira", is_public=True)


async def test_a_conversation_is_found_by_the_name_it_was_given(database: Database) -> None:
    async with database.transaction() as session:
        await conversation.remembered(session, "slack:C1:U02", NOW)
        sender = conversation.known_as(await conversation.remembered(session, "slack:C1:U01MIRA", NOW), MIRA)
    async with database.transaction() as session:
        found = await conversation.of_sender(session, sender)
        assert found is not None
        assert (found[0].key, found[1]) == ("slack:C1:U01MIRA", MIRA)
        for unknown in ("", "slack:C1:U01MIRA", sender[:-1], "x" * 100_000):
            assert await conversation.of_sender(session, unknown) is None


async def test_a_name_stays_and_who_speaks_is_who_spoke_last(database: Database) -> None:
    renamed = Speaker("slack", "U01MIRA", "mira o.", is_public=False)
    async with database.transaction() as session:
        remembered = await conversation.remembered(session, "slack:C1:U01MIRA", NOW)
        other = await conversation.remembered(session, "slack:C2:U01MIRA", NOW)
        sender = conversation.known_as(remembered, MIRA)
        assert conversation.known_as(other, MIRA) != sender
        assert conversation.known_as(remembered, renamed) == sender
    async with database.transaction() as session:
        found = await conversation.of_sender(session, sender)
        assert found is not None
        assert found[1] == renamed


async def test_an_account_is_a_colleague_a_customer_or_a_stranger(database: Database) -> None:
    async with database.transaction() as session:
        await people.add_agent(session, slack="U01MIRA")
        greta = await people.add_contact(session)
        await chat_identities.add_identity(session, greta.id, Messenger.TELEGRAM, "555123", NOW)
        colleague = await customers.speaker(session, "slack", "U01MIRA", "mira", NOW)
        customer = await customers.speaker(session, "telegram", "555123", "greta_s", NOW)
        stranger = await customers.speaker(session, "slack", "U09", "", NOW)
    assert (colleague.role, colleague.proof) == (Role.AGENT, Proof.LINKED)
    assert (customer.contact_id, customer.proof) == (greta.id, Proof.CONTACT_SHARE)
    assert (stranger.name, stranger.role, stranger.contact_id, stranger.proof) == ("U09", None, None, Proof.NONE)
