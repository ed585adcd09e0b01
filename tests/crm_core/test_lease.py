import asyncio
from datetime import timedelta

from sqlalchemy import select

from crm_core import lease, outbox
from crm_core.db import Database
from crm_core.lease import State
from crm_core.outbox import Effect, EffectKind
from tests.people import NOW


async def _enqueue(database: Database, *addresses: str, minutes: int = 0) -> None:
    async with database.transaction() as session:
        for number, address in enumerate(addresses):
            due_at = NOW + timedelta(minutes=minutes)
            await outbox.enqueue(session, EffectKind.POST, address, {"number": number}, NOW, due_at=due_at)


async def _claim(database: Database, later: timedelta = timedelta()) -> list[Effect]:
    async with database.transaction() as session:
        return list(await lease.claim(session, Effect, NOW + later, limit=50))


async def test_only_the_head_of_a_conversation_can_be_taken(database: Database) -> None:
    await _enqueue(database, "slack:A", "slack:A", "slack:B")
    assert [effect.payload["number"] for effect in await _claim(database)] == [0, 2]
    assert await _claim(database) == []


async def test_a_follower_comes_when_the_head_is_done(database: Database) -> None:
    await _enqueue(database, "slack:A", "slack:A")
    [head] = await _claim(database)
    async with database.transaction() as session:
        assert await lease.finish(session, head, NOW)
    assert [effect.payload["number"] for effect in await _claim(database)] == [1]


async def test_a_retry_holds_its_followers_back(database: Database) -> None:
    await _enqueue(database, "slack:A", "slack:A")
    [head] = await _claim(database)
    async with database.transaction() as session:
        await lease.retry(session, head, NOW, "asked for patience", after=30)
    assert await _claim(database, timedelta(seconds=29)) == []
    assert [effect.payload["number"] for effect in await _claim(database, timedelta(seconds=30))] == [0]


async def test_a_dead_letter_lets_its_followers_through(database: Database) -> None:
    await _enqueue(database, "slack:A", "slack:A")
    [head] = await _claim(database)
    async with database.transaction() as session:
        await lease.bury(session, head, NOW, "no such channel")
    assert [effect.payload["number"] for effect in await _claim(database)] == [1]
    async with database.transaction() as session:
        dead = (await session.scalars(select(Effect).where(Effect.state == State.DEAD))).one()
    assert dead.error == "no such channel"


async def test_who_lost_the_lease_can_mark_nothing(database: Database) -> None:
    await _enqueue(database, "slack:A")
    [slow] = await _claim(database)
    [quick] = await _claim(database, lease.LEASE + timedelta(seconds=1))
    assert quick.id == slow.id
    async with database.transaction() as session:
        assert not await lease.finish(session, slow, NOW)
        assert await lease.finish(session, quick, NOW)


async def test_what_is_due_later_waits(database: Database) -> None:
    await _enqueue(database, "timer:A", minutes=5)
    assert await _claim(database) == []
    assert len(await _claim(database, timedelta(minutes=5))) == 1


async def test_after_the_last_attempt_a_row_becomes_a_dead_letter(database: Database) -> None:
    await _enqueue(database, "slack:A")
    later = timedelta()
    for _attempt in range(lease.MOST_ATTEMPTS):
        later += timedelta(hours=1)
        [effect] = await _claim(database, later)
        async with database.transaction() as session:
            await lease.retry(session, effect, NOW + later, "out of reach")
    async with database.transaction() as session:
        assert (await session.scalars(select(Effect.state))).all() == [State.DEAD]


async def test_two_claimers_at_once_never_share_a_row(database: Database) -> None:
    await _enqueue(database, *(f"slack:{number}" for number in range(60)))
    taken = await asyncio.gather(*(_claim(database) for _claimer in range(6)))
    ids = [effect.id for batch in taken for effect in batch]
    assert len(ids) == len(set(ids))


async def test_the_same_wish_twice_is_one_effect(database: Database) -> None:
    async with database.transaction() as session:
        for _time in range(2):
            await outbox.enqueue(session, EffectKind.DIAL, "twilio:call-1", {}, NOW, dedupe_key="dial-1")
    assert len(await _claim(database)) == 1


async def test_what_a_living_worker_renews_is_nobody_elses(database: Database) -> None:
    await _enqueue(database, "slack:A")
    [slow] = await _claim(database)
    async with database.transaction() as session:
        assert await lease.renew(session, slow, NOW + lease.LEASE)
    assert await _claim(database, lease.LEASE + timedelta(seconds=1)) == []
    async with database.transaction() as session:
        assert await lease.finish(session, slow, NOW)
        assert not await lease.renew(session, slow, NOW)
