from __future__ import annotations

import pytest

from crm_core import activity
from crm_core.agents import SYSTEM, Actor
from crm_core.callcenter import calls
from crm_core.db import Base, Database
from crm_core.errors import NotFound, Refused
from crm_core.privacy import removal
from crm_core.support import merging, ticket_calls, tickets
from tests import people
from tests.people import NOW, as_actor


@pytest.fixture
async def mira(database: Database) -> Actor:
    """Three calls; the first ticket was opened in the first one."""
    async with database.transaction() as session:
        actor = as_actor(await people.add_agent(session))
        greta = await people.add_contact(session)
        for _number in range(3):
            await calls.log_call(session, actor, contact=greta, note="cold", minutes=2, now=NOW)
        await tickets.open_ticket(session, actor, subject="cold", call_id=1, now=NOW)
        await tickets.open_ticket(session, actor, subject="still cold", call_id=2, now=NOW)
        return actor


async def test_a_ticket_holds_several_calls_and_a_call_several_tickets(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        ticket = await ticket_calls.link_call(session, mira, 1, 3, NOW)
        await ticket_calls.link_call(session, mira, 2, 3, NOW)
        assert await ticket_calls.calls_of(session, ticket) == [1, 3]
        assert [about.id for about in await ticket_calls.tickets_about(session, 3)] == [1, 2]
        for call in (1, 3):
            with pytest.raises(Refused):
                await ticket_calls.link_call(session, mira, 1, call, NOW)
        with pytest.raises(NotFound):
            await ticket_calls.link_call(session, mira, 1, 4711, NOW)


async def test_a_link_is_taken_back_and_the_first_call_stays(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        ticket = await ticket_calls.link_call(session, mira, 1, 3, NOW)
        await ticket_calls.unlink_call(session, mira, 1, 3, NOW)
        assert await ticket_calls.calls_of(session, ticket) == [1]
        await activity.undo(session, mira, NOW)
        assert await ticket_calls.calls_of(session, ticket) == [1, 3]
        await activity.undo(session, mira, NOW)
        assert await ticket_calls.calls_of(session, ticket) == [1]
        for call in (1, 2):
            with pytest.raises(Refused):
                await ticket_calls.unlink_call(session, mira, 1, call, NOW)


async def test_the_ticket_that_goes_on_was_spoken_of_in_the_calls_of_both(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await ticket_calls.link_call(session, mira, 1, 3, NOW)
        await ticket_calls.link_call(session, mira, 2, 3, NOW)
        into = await merging.merge(session, mira, 1, 2, NOW)
        assert await ticket_calls.calls_of(session, into) == [2, 1, 3]


async def test_what_was_linked_goes_with_the_ticket_or_the_call(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        new = await tickets.open_ticket(session, SYSTEM, subject="gone", now=NOW)
        await ticket_calls.link_call(session, mira, new.id, 3, NOW)
        await ticket_calls.link_call(session, mira, 1, 2, NOW)
        await removal.remove(session, Base.metadata.tables["call"], [3], NOW)
        assert await ticket_calls.calls_of(session, new) == []
        await tickets.remove_parts(session, 1)
        assert [about.id for about in await ticket_calls.tickets_about(session, 2)] == [2]
