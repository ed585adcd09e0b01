import pytest

from crm_core.agents import Actor
from crm_core.contacts import changes, search, tokens
from crm_core.db import Database
from tests import people
from tests.people import NOW, as_actor


@pytest.fixture
async def mira(database: Database) -> Actor:
    async with database.transaction() as session:
        await people.add_contact(session, "Greta Sommer", "+493023125010", organisation="Bäckerei Süß")
        await people.add_contact(session, "Grete Sommerfeld", None)
        await people.add_contact(session, "Emily Clarke", "+442079460123")
        return as_actor(await people.add_agent(session))


async def _found(database: Database, mira: Actor, query: str) -> list[str]:
    async with database.transaction() as session:
        return [contact.name for contact in await search.find_contacts(session, mira, query)]


@pytest.mark.parametrize(
    "query",
    [
        "greta sommer",
        "Gerta Sommer",
        "Greta Somer",
        "Gretta Sommer",
        "Greta Sonmer",
        "sommmer greta",
        "Backeri Süss greta",
    ],
)
async def test_one_typing_error_is_forgiven(database: Database, mira: Actor, query: str) -> None:
    assert "Greta Sommer" in await _found(database, mira, query)


@pytest.mark.parametrize("query", ["Gerda Sonnemann", "Grtea Smomer", "xyz", "Emil Klark"])
async def test_more_than_that_is_another_name(database: Database, mira: Actor, query: str) -> None:
    assert await _found(database, mira, query) == []


async def test_whole_words_come_before_beginnings_and_these_before_mistakes(database: Database, mira: Actor) -> None:
    assert await _found(database, mira, "sommer") == ["Greta Sommer", "Grete Sommerfeld"]
    assert (await _found(database, mira, "greta"))[0] == "Greta Sommer"


async def test_a_tag_finds_those_who_bear_it(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await changes.tag(session, mira, 1001, "#VIP", NOW)
    assert await _found(database, mira, "#vip") == ["Greta Sommer"]
    assert await _found(database, mira, "vip") == ["Greta Sommer"]


async def test_a_word_nobody_bears_any_more_is_not_kept(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await changes.tag(session, mira, 1001, "lighthouse", NOW)
    assert await _found(database, mira, "lihgthouse") == ["Greta Sommer"]
    async with database.transaction() as session:
        await changes.untag(session, mira, 1001, "lighthouse", NOW)
        assert (await tokens.look_up(session, {"lihgthouse": "lihgthouse"}))[0].near == []
