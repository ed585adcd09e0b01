from crm_core import schema
from crm_core.db import Database
from crm_core.support import search, tickets
from tests import people
from tests.people import NOW, as_actor

BEFORE = "0016"


async def test_tickets_from_before_are_found_by_their_words(database: Database) -> None:
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        await tickets.open_ticket(session, mira, subject="Drucker brennt", description="im Flur", now=NOW)
        await tickets.comment(session, mira, 1, "Feuerlöscher bestellt", NOW)
    await schema.roll_back(database, BEFORE)
    await schema.migrate(database)
    async with database.transaction() as session:
        for word in ("drucker", "flur", "feuerloscher"):
            assert [ticket.id for ticket in await search.find_tickets(session, mira, word)] == [1]
