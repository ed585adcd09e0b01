"""What is kept of a sentence that was not understood: nothing of a person."""

import pytest

from crm_core.db import Database
from crm_core.names import words
from intents.understand.anonymity import anonymous, teachable
from tests import people

# Greta Sommer of Bäckerei Sommer, Mark Open and the agent Mira Okafor are known; the others are not.
SENTENCES = [
    ("please do the thing with t-7 again", "please do the thing with T-# again"),
    ("the customer Greta Sommer wants her appointment", "the customer … wants her appointment"),
    ("call mira about ticket seven", "call … about T-#"),
    ("write hans.obermeier@example.de about it", "write <email> about it"),
    ("my number is 030 23125077 thanks", "my number is <phone> thanks"),
    ("meine Nummer ist null drei null zwei drei eins zwei fünf null sieben sieben", "meine Nummer ist <phone>"),
    ("the account is DE02 1203 0000 0000 2020 51", "the account is <iban>"),
    ("it is on https://example.com/greta?id=4 today", "it is on <link> today"),
    ("hans obermeier aus der lindenstraße will einen Rückruf", "… aus der … will einen Rückruf"),
    ("customer 4711 has born on 1980-02-03", "customer # has … on #"),
    ("open ticket for Mark please", "open ticket for … please"),
    ("mark it as done please now", "mark it as done please now"),
    ("the password is s3cr3t-Greta9", "the … is #"),
    ("Xaver Quirin", None),
    ("4711", None),
    ("t-7", None),
]


@pytest.fixture
async def known(sqlite_database: Database) -> Database:
    async with sqlite_database.transaction() as session:
        await people.add_agent(session, "Mira Okafor")
        await people.add_contact(session, "Greta Sommer")
        await people.add_contact(session, "Mark Open")
    return sqlite_database


@pytest.mark.parametrize(("said", "kept"), SENTENCES)
async def test_only_words_that_are_nobodys_stay(known: Database, said: str, kept: str | None) -> None:
    async with known.transaction() as session:
        assert await anonymous(session, said) == kept


async def test_a_name_stays_in_no_spelling(known: Database) -> None:
    sentences = [
        f"{opening} {name} {ending}"
        for opening in ("please tell", "der Kunde", "ticket for")
        for name in ("GRETA SOMMER", "greta-sommer", "Sommer, Greta", "gréta sommer", "Greta's", "okafor", "@mira")
        for ending in ("", "to call back", "anrufen.")
    ]
    async with known.transaction() as session:
        kept = [await anonymous(session, sentence) or "" for sentence in sentences]
    assert {word for text in kept for word in words(text)} & {"greta", "sommer", "okafor", "mira"} == set()


def test_what_is_learnt_has_something_in_the_place_of_each_kind() -> None:
    assert teachable("do T-# for <phone> and <email> in # days") == (
        "do T-7 for 030 23125077 and name@example.com in 7 days"
    )
