"""PINs are kept as a hash, and guessing them ends soon."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from crm_core import activity, leaving
from crm_core.agents import SYSTEM, Actor, Role, find_agent, link
from crm_core.callcenter import pins
from crm_core.callcenter.pins import AgentPin
from crm_core.db import Database
from crm_core.errors import Invalid, NotAllowed
from crm_core.outbox import Effect, EffectKind
from tests import people
from tests.people import NOW, as_actor

QUARTER = timedelta(minutes=15)


@pytest.fixture
async def mira(database: Database) -> Actor:
    async with database.transaction() as session:
        agent = await people.add_agent(session, slack="U1")
        await pins.set_pin(session, as_actor(agent), agent.id, "4711", NOW)
        return as_actor(agent)


async def _try(database: Database, mira: Actor, pin: str, now: datetime = NOW) -> bool:
    async with database.transaction() as session:
        return await pins.is_right(session, mira.agent_id, pin, now)


async def test_the_right_one_is_right_and_no_other(database: Database, mira: Actor) -> None:
    assert await _try(database, mira, "4711")
    for wrong in ("4712", "471", "47110", "", "٤٧١١", "4711 ", "x" * 1000):
        assert not await _try(database, mira, wrong)
    async with database.transaction() as session:
        for nobody in (None, 0, 999):
            assert not await pins.is_right(session, nobody, "4711", NOW)


async def test_neither_the_pin_nor_anything_like_it_is_kept(database: Database, mira: Actor) -> None:
    long = "4711082915"
    async with database.transaction() as session:
        other = await people.add_agent(session, "Jonas Weber")
        for owner in (mira, as_actor(other)):
            await pins.set_pin(session, owner, owner.agent_id or 0, long, NOW)
        hashes = (await session.scalars(select(AgentPin.hash))).all()
        assert not any(long in kept for kept in hashes)
        assert len(set(hashes)) == 2, "the same PIN looks different"
        steps = await activity.timeline(session, "agent", mira.agent_id or 0)
        assert [(step.verb, step.data) for step in steps] == [("agent.pin-set", {})] * 2


async def test_five_wrong_ones_lock_it_for_longer_each_time_and_the_owner_is_told(
    database: Database, mira: Actor
) -> None:
    for _guess in range(5):
        assert not await _try(database, mira, "0000")
    assert not await _try(database, mira, "4711"), "locked"
    assert not await _try(database, mira, "4711", NOW + QUARTER - timedelta(seconds=1))
    for _guess in range(5):
        assert not await _try(database, mira, "0000", NOW + QUARTER)
    assert not await _try(database, mira, "4711", NOW + 2 * QUARTER), "twice as long"
    assert await _try(database, mira, "4711", NOW + 3 * QUARTER)
    async with database.transaction() as session:
        told = (await session.scalars(select(Effect).where(Effect.kind == EffectKind.NOTICE))).all()
        assert [(effect.address, effect.payload["id"]) for effect in told] == [("slack:U1", "notice.pin-locked")] * 2


async def test_a_lock_lasts_a_day_at_most(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        (await session.get_one(AgentPin, mira.agent_id)).failures = 5 * 500 - 1
    assert not await _try(database, mira, "0000")
    assert await _try(database, mira, "4711", NOW + timedelta(days=1))


async def test_the_right_one_forgives_wrong_ones_and_a_new_one_ends_a_lock(database: Database, mira: Actor) -> None:
    for _round in range(2):
        for _guess in range(4):
            assert not await _try(database, mira, "0000")
        assert await _try(database, mira, "4711")
    for _guess in range(5):
        assert not await _try(database, mira, "0000")
    async with database.transaction() as session:
        await pins.set_pin(session, mira, mira.agent_id or 0, "80351", NOW)
    assert await _try(database, mira, "80351")
    assert not await _try(database, mira, "4711")


@pytest.mark.parametrize("pin", ["", "123", "12345678901", "12a4", "٤٧١١", "1111", "1234", "987654", "6789", "9012"])
async def test_a_pin_that_is_too_easy_is_refused(sqlite_database: Database, pin: str) -> None:
    async with sqlite_database.transaction() as session:
        agent = await people.add_agent(session)
        with pytest.raises(Invalid):
            await pins.set_pin(session, as_actor(agent), agent.id, pin, NOW)


async def test_the_pin_of_another_takes_an_admin(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        lead = as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD))
        with pytest.raises(NotAllowed):
            await pins.set_pin(session, lead, mira.agent_id or 0, "80351", NOW)
        await pins.set_pin(session, SYSTEM, mira.agent_id or 0, "80351", NOW)


async def test_who_leaves_has_no_pin_any_more(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        heir = await people.add_agent(session, "Jonas Weber")
        await leaving.leave(session, SYSTEM, await find_agent(session, "Mira"), heir, NOW)
    assert not await _try(database, mira, "4711")


async def test_a_lock_of_who_has_no_account_tells_nobody(database: Database) -> None:
    async with database.transaction() as session:
        agent = await people.add_agent(session)
        await pins.set_pin(session, as_actor(agent), agent.id, "4711", NOW)
        for _guess in range(5):
            await pins.is_right(session, agent.id, "0000", NOW)
        await link(session, agent, "slack", "U1", NOW)
        assert (await session.scalars(select(Effect).where(Effect.kind == EffectKind.NOTICE))).all() == []
