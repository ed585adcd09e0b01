import asyncio

from crm_core import inbox
from crm_core.db import Database
from tests.people import NOW


async def _receive(database: Database, key: str) -> bool:
    async with database.transaction() as session:
        return await inbox.receive(session, "slack", key, "slack:C1", {}, NOW)


async def test_a_delivery_is_stored_once(database: Database) -> None:
    assert await _receive(database, "Ev1")
    assert not await _receive(database, "Ev1")
    assert await _receive(database, "Ev2")


async def test_of_the_same_delivery_at_the_same_moment_one_is_new(database: Database) -> None:
    new = await asyncio.gather(*(_receive(database, "Ev1") for _time in range(10)))
    assert sorted(new) == [False] * 9 + [True]


async def _answer(database: Database, wish: bytes) -> bytes:
    async with database.transaction() as session:
        delivered = await inbox.begin_answer(session, "twilio", "token-1", "twilio:CA1", {}, NOW)
        if delivered.response is not None:
            return delivered.response
        await inbox.answer(session, delivered, wish, NOW)
        return wish


async def test_a_repeated_webhook_gets_the_same_bytes(database: Database) -> None:
    assert await _answer(database, b"first") == b"first"
    assert await _answer(database, b"second") == b"first"


async def test_repeats_at_the_same_moment_wait_for_the_first(database: Database) -> None:
    answers = await asyncio.gather(*(_answer(database, f"answer {number}".encode()) for number in range(8)))
    assert len(set(answers)) == 1
