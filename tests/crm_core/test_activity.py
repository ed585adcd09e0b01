from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core import activity
from crm_core.agents import Actor, Presence
from crm_core.callcenter import presence
from crm_core.contacts import contacts
from crm_core.contacts.contacts import Contact
from crm_core.contacts.tokens import ContactToken
from crm_core.db import Database
from crm_core.errors import Refused
from crm_core.support import tickets
from crm_core.support.tickets import Ticket
from tests import people
from tests.people import NOW, as_actor


async def _pair(database: Database) -> tuple[Actor, Actor]:
    async with database.transaction() as session:
        mira = await people.add_agent(session, "Mira Okafor")
        jonas = await people.add_agent(session, "Jonas Weber")
        return as_actor(mira), as_actor(jonas)


async def test_undo_gives_a_claimed_ticket_back(database: Database) -> None:
    mira, jonas = await _pair(database)
    async with database.transaction() as session:
        ticket = await tickets.open_ticket(session, jonas, subject="Cold", now=NOW)
        await tickets.claim(session, mira, ticket.id, NOW)
        undone = await activity.undo(session, mira, NOW)
    assert undone.verb == "ticket.claimed"
    async with database.transaction() as session:
        after = await session.get(Ticket, ticket.id)
        assert after is not None
        assert (after.assignee_id, after.status) == (None, "new")


async def test_undo_removes_what_was_just_made(database: Database) -> None:
    mira, _jonas = await _pair(database)
    async with database.transaction() as session:
        await contacts.add_contact(session, mira, name="Typo Person", phone="030 23125099", now=NOW)
        await activity.undo(session, mira, NOW)
    async with database.transaction() as session:
        assert (await session.scalars(select(Contact))).all() == []
        assert (await session.scalars(select(ContactToken))).all() == []


async def test_undo_refuses_when_somebody_built_on_it(database: Database) -> None:
    mira, jonas = await _pair(database)
    async with database.transaction() as session:
        ticket = await tickets.open_ticket(session, mira, subject="Cold", now=NOW)
        await tickets.claim(session, jonas, ticket.id, NOW)
    with pytest.raises(Refused) as refused:
        async with database.transaction() as session:
            await activity.undo(session, mira, NOW)
    assert refused.value.message.id == "undo.changed-since"


async def test_undo_takes_back_one_after_the_other(database: Database) -> None:
    mira, _jonas = await _pair(database)
    async with database.transaction() as session:
        ticket = await tickets.open_ticket(session, mira, subject="Cold", now=NOW)
        await tickets.claim(session, mira, ticket.id, NOW)
        await tickets.resolve(session, mira, ticket.id, NOW)
        verbs = [(await activity.undo(session, mira, NOW)).verb for _time in range(2)]
    assert verbs == ["ticket.resolved", "ticket.claimed"]


async def test_undo_puts_times_back_as_times(database: Database) -> None:
    mira, _jonas = await _pair(database)
    async with database.transaction() as session:
        agent = await presence.set_presence(session, mira, Presence.AVAILABLE, NOW + timedelta(minutes=3))
        await activity.undo(session, mira, NOW + timedelta(minutes=4))
        await session.flush()
    assert (agent.presence, agent.presence_since) == ("offline", NOW)


async def test_there_is_nothing_to_undo_after_an_hour(database: Database) -> None:
    mira, _jonas = await _pair(database)
    async with database.transaction() as session:
        await tickets.open_ticket(session, mira, subject="Cold", now=NOW)
    with pytest.raises(Refused) as refused:
        async with database.transaction() as session:
            await activity.undo(session, mira, NOW + timedelta(hours=2))
    assert refused.value.message.id == "undo.nothing"


async def test_nobody_undoes_what_a_colleague_did(database: Database) -> None:
    mira, jonas = await _pair(database)
    async with database.transaction() as session:
        await tickets.open_ticket(session, mira, subject="Cold", now=NOW)
    with pytest.raises(Refused):
        async with database.transaction() as session:
            await activity.undo(session, jonas, NOW)
