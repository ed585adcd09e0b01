from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from sqlalchemy import delete, select

from crm_core import activity
from crm_core.agents import SYSTEM, Actor, Role
from crm_core.company import Company
from crm_core.company.fields import CustomField
from crm_core.db import Database
from crm_core.errors import NotAllowed
from crm_core.privacy.privacy import erase
from crm_core.support import details, merging, replies, search, states, tickets
from crm_core.support.tickets import Ticket
from crm_core.support.tokens import TicketToken
from tests import people
from tests.people import NOW, as_actor

SUBJECTS = ("Drucker im Flur druckt grün", "Printer is on fire", "Heizung kalt", "Drückt die Heizungspumpe?")


@pytest.fixture
async def mira(database: Database, company: Company) -> Actor:
    """With T-1 to T-4."""
    serial = CustomField(key="serial", name={"en": "Serial number"})
    database.works_for(company.model_copy(update={"ticket_fields": [serial]}))
    async with database.transaction() as session:
        actor = as_actor(await people.add_agent(session))
        for subject in SUBJECTS:
            await tickets.open_ticket(session, actor, subject=subject, now=NOW)
        return actor


@pytest.fixture
def found(database: Database, mira: Actor) -> Callable[[str], Awaitable[list[int]]]:
    async def found(query: str) -> list[int]:
        async with database.transaction() as session:
            return [ticket.id for ticket in await search.find_tickets(session, mira, query)]

    return found


Found = Callable[[str], Awaitable[list[int]]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("drucker", [1]),
        ("DRUCK", [4, 1]),
        ("grun flur", [1]),
        ("gruen", [1]),
        ("fire printer", [2]),
        ("heizung", [4, 3]),
        ("heizung kalt", [3]),
        ("heizung grün", []),
        ("ucker", []),
        ("T-2", [2]),
        ("#3", [3]),
        ("t 4", [4]),
        ("2", [2]),
        ("T-99", []),
        ("D-4", []),
        ("", []),
        ("?!", []),
        ("%", []),
    ],
)
async def test_tickets_are_found_by_beginnings_of_words_the_newest_first(
    found: Found, query: str, expected: list[int]
) -> None:
    assert await found(query) == expected


async def test_whatever_is_said_on_a_ticket_finds_it(database: Database, mira: Actor, found: Found) -> None:
    async with database.transaction() as session:
        await tickets.comment(session, mira, 1, "Toner ordered", NOW)
        await replies.reply(session, mira, 2, "The extinguisher comes", NOW)
        await states.describe(session, mira, 3, "Seit gestern im Keller", NOW)
        await details.set_field(session, mira, 4, "serial", "NH-4711", NOW)
    assert [await found(word) for word in ("toner", "extinguish", "keller", "4711")] == [[1], [2], [3], [4]]
    async with database.transaction() as session:
        await details.rename(session, mira, 1, "Scanner im Flur", NOW)
        await states.describe(session, mira, 3, "Erst seit heute", NOW)
    assert [await found(word) for word in ("scanner", "drucker", "toner", "keller", "heute")] == [[1], [], [1], [], [3]]
    async with database.transaction() as session:
        await tickets.resolve(session, mira, 1, NOW)
    assert await found("scanner") == [1], "one that is done is found as well"


async def test_undo_takes_words_back(database: Database, mira: Actor, found: Found) -> None:
    async with database.transaction() as session:
        await details.rename(session, mira, 1, "Scanner", NOW)
        await activity.undo(session, mira, NOW)
        assert await search.by_words(session, "scanner", None, 9) == []
        await activity.undo(session, mira, NOW)
    assert (await found("drucker"), await found("heizungspumpe")) == ([1], []), "T-4 was never opened"


async def test_what_was_said_goes_over_with_a_merge_and_comes_back(
    database: Database, mira: Actor, found: Found
) -> None:
    async with database.transaction() as session:
        await tickets.comment(session, mira, 1, "Toner ordered", NOW)
        await merging.merge(session, mira, 1, 2, NOW)
    assert (await found("toner"), await found("drucker")) == ([2], [1])
    async with database.transaction() as session:
        await activity.undo(session, mira, NOW)
    assert await found("toner") == [1]
    async with database.transaction() as session:
        await merging.split(session, mira, 1, NOW)
    assert await found("toner") == [5]
    async with database.transaction() as session:
        await activity.undo(session, mira, NOW)
    assert await found("toner") == [1]


async def test_an_index_that_was_lost_is_made_again(database: Database, mira: Actor, found: Found) -> None:
    async with database.transaction() as session:
        await tickets.comment(session, mira, 1, "Toner ordered", NOW)
        before = sorted(map(tuple, await session.execute(select(TicketToken.token, TicketToken.ticket_id))))
        await session.execute(delete(TicketToken))
        for ticket_id in await session.scalars(select(Ticket.id)):
            await search.index(session, ticket_id)
        assert sorted(map(tuple, await session.execute(select(TicketToken.token, TicketToken.ticket_id)))) == before


async def test_the_words_of_who_is_erased_are_forgotten(database: Database, mira: Actor, found: Found) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        await tickets.open_ticket(session, mira, subject="Backofen kalt", contact_id=greta.id, now=NOW)
        await erase(session, SYSTEM, greta.id, NOW)
    assert (await found("backofen"), await found("kalt")) == ([], [3])


async def test_a_viewer_searches_and_a_customer_does_not(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        viewer = as_actor(await people.add_agent(session, "Vera", Role.VIEWER))
        assert await search.find_tickets(session, viewer, "drucker")
        with pytest.raises(NotAllowed):
            await search.find_tickets(session, Actor("Greta", "phone", "de", contact_id=1001), "drucker")


@pytest.mark.parametrize(("many", "spellings"), [(2000, 40), (1, 40), (1, 1)])
async def test_pages_follow_each_other_however_common_a_word_is(
    database: Database, mira: Actor, monkeypatch: pytest.MonkeyPatch, many: int, spellings: int
) -> None:
    """Rare words, common words in few spellings, and beginnings of nearly everything are looked up differently."""
    monkeypatch.setattr(search, "MANY", many)
    monkeypatch.setattr(search, "MOST_SPELLINGS", spellings)
    async with database.transaction() as session:
        for number in range(20):
            subject = f"Leck leckt {('Keller', 'Kellerei', 'Dach')[number % 3]} {number}"
            await tickets.open_ticket(session, mira, subject=subject, now=NOW)
        for query, expected in (
            ("leck", list(range(24, 4, -1))),
            ("keller", [id for id in range(24, 4, -1) if id % 3 != 1]),
            ("leck kellerei", [id for id in range(24, 4, -1) if id % 3 == 0]),
        ):
            pages: list[list[int]] = []
            while True:
                before = pages[-1][-1] if pages else None
                page = await search.find_tickets(session, mira, query, before_id=before, limit=4)
                if not page:
                    break
                pages.append([ticket.id for ticket in page])
            assert [id for page in pages for id in page] == expected, query
            assert all(one[-1] > other[0] for one, other in pairwise(pages))
