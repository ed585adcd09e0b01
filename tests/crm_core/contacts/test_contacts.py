import pytest

from crm_core.agents import Actor, Role
from crm_core.contacts import contacts, search
from crm_core.db import Database
from crm_core.errors import Invalid
from tests import people
from tests.people import NOW, as_actor


async def _mira(database: Database) -> Actor:
    async with database.transaction() as session:
        return as_actor(await people.add_agent(session, role=Role.AGENT))


@pytest.mark.parametrize(
    "query",
    [
        "Müller",
        "mueller",
        "mull",
        "jurgen muller",
        "Immobilien",
        "C-1001",
        "c1001",
        "0221 4710-011",
        "4710011",
        "example",
    ],
)
async def test_a_contact_is_found_by_what_people_remember(database: Database, query: str) -> None:
    mira = await _mira(database)
    async with database.transaction() as session:
        juergen = await contacts.add_contact(
            session,
            mira,
            name="Jürgen Müller",
            phone="0221 4710-011",
            email="mueller@example.de",
            organisation="Müller Immobilien",
            now=NOW,
        )
        await contacts.add_contact(session, mira, name="Emily Clarke", phone="+44 20 7946 0123", now=NOW)
    async with database.transaction() as session:
        assert juergen.id in [found.id for found in await search.find_contacts(session, mira, query)]


@pytest.mark.parametrize(
    "query", ["", "   ", "%", "_", "' OR '1'='1", "zzz", "C-99999", "\u0000x".replace("\u0000", ""), "😀"]
)
async def test_nonsense_finds_nobody(database: Database, query: str) -> None:
    mira = await _mira(database)
    async with database.transaction() as session:
        await people.add_contact(session)
        assert list(await search.find_contacts(session, mira, query)) == []


async def test_an_exact_name_is_preferred_to_its_namesakes(database: Database) -> None:
    mira = await _mira(database)
    async with database.transaction() as session:
        greta = await people.add_contact(session, "Greta Sommer", None)
        await people.add_contact(session, "Greta Sommerfeld", None)
        assert [found.id for found in await search.get_contact(session, mira, "greta sommer")] == [greta.id]


@pytest.mark.parametrize(("name", "phone"), [("", None), ("   ", None), ("x" * 500, None), ("Greta", "not a number")])
async def test_what_cannot_be_stored_is_refused(sqlite_database: Database, name: str, phone: str | None) -> None:
    mira = await _mira(sqlite_database)
    with pytest.raises(Invalid):
        async with sqlite_database.transaction() as session:
            await contacts.add_contact(session, mira, name=name, phone=phone, now=NOW)
