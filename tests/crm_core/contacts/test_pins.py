from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm_core.activity import Activity
from crm_core.agents import SYSTEM, Actor, Proof
from crm_core.contacts import consents, numbers, pins
from crm_core.contacts.consents import Channel, ConsentUse, Purpose
from crm_core.contacts.pins import LOCKED_FOR, ContactPin, Verdict
from crm_core.db import Database
from crm_core.errors import NotAllowed, Refused
from crm_core.outbox import Effect
from crm_core.privacy.privacy import erase, known_of
from tests import people
from tests.people import NOW, as_actor

GRETA = Actor(name="Greta Sommer", channel="phone", language="de", contact_id=1001, proof=Proof.CALLER_ID)


@pytest.fixture
async def mira(database: Database) -> Actor:
    async with database.transaction() as session:
        await people.add_contact(session)
        return as_actor(await people.add_agent(session))


async def _pin(database: Database, mira: Actor) -> str:
    async with database.transaction() as session:
        await pins.set_pin(session, mira, 1001, NOW)
        drawn = await pins.draw(session, 1001)
    assert drawn is not None
    return drawn


async def _try(database: Database, typed: str, now: Any = NOW) -> Verdict:
    async with database.transaction() as session:
        return await pins.prove(session, GRETA, 1001, typed, now)


async def test_a_pin_proves_who_calls_and_stands_nowhere(database: Database, mira: Actor) -> None:
    pin = await _pin(database, mira)
    assert len(pin) == pins.DIGITS
    assert await _try(database, pin) is Verdict.RIGHT
    async with database.transaction() as session:
        row = await session.get_one(ContactPin, 1001)
        effects = (await session.scalars(select(Effect.payload))).all()
        activities = (await session.scalars(select(Activity.data))).all()
        used = (await session.scalars(select(ConsentUse.purpose))).all()
    assert row.set_by == mira.agent_id
    assert pin not in str(row.hash)
    assert pin not in str([*effects, *activities])
    assert used == ["service"]


async def test_two_people_with_the_same_pin_have_other_hashes(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await people.add_contact(session, "Emily Clarke", "+442079460123")
        for contact_id in (1001, 1002):
            await pins.set_pin(session, mira, contact_id, NOW)
            await pins.draw(session, contact_id)
        hashes = (await session.scalars(select(ContactPin.hash))).all()
    assert len({str(one).split(":")[0] for one in hashes}) == 2


async def test_three_wrong_tries_lock_it_for_a_while_even_for_the_right_one(database: Database, mira: Actor) -> None:
    pin = await _pin(database, mira)
    wrong = "000000" if pin != "000000" else "111111"
    assert [await _try(database, wrong) for _ in range(3)] == [Verdict.WRONG, Verdict.WRONG, Verdict.LOCKED]
    assert await _try(database, pin, NOW + LOCKED_FOR - timedelta(seconds=1)) is Verdict.LOCKED
    async with database.transaction() as session:
        assert await pins.state_of(session, 1001, NOW) is Verdict.LOCKED
        assert await pins.state_of(session, 1001, NOW + LOCKED_FOR) is None
        verbs = (await session.scalars(select(Activity.verb).where(Activity.kind == "contact"))).all()
    assert verbs.count("contact.pin-locked") == 1
    assert await _try(database, pin, NOW + LOCKED_FOR) is Verdict.RIGHT


async def test_a_right_one_forgives_the_wrong_ones_before(database: Database, mira: Actor) -> None:
    pin = await _pin(database, mira)
    typed = ["1", "2", pin, "3", "4", pin]
    verdicts = [await _try(database, one) for one in typed]
    assert verdicts.count(Verdict.RIGHT) == 2
    assert Verdict.LOCKED not in verdicts


async def test_tries_at_the_same_moment_are_all_counted(database: Database, mira: Actor) -> None:
    await _pin(database, mira)
    verdicts = await asyncio.gather(*(_try(database, "x") for _ in range(6)))
    assert verdicts.count(Verdict.WRONG) == 2
    assert verdicts.count(Verdict.LOCKED) == 4


async def test_a_new_pin_ends_the_old_one_and_the_lock_at_once(database: Database, mira: Actor) -> None:
    old = await _pin(database, mira)
    for _time in range(3):
        await _try(database, "x")
    async with database.transaction() as session:
        await pins.set_pin(session, mira, 1001, NOW)
        assert await pins.state_of(session, 1001, NOW) is Verdict.NONE
    assert await _try(database, old) is Verdict.NONE
    async with database.transaction() as session:
        new = await pins.draw(session, 1001)
    assert await _try(database, str(new)) is Verdict.RIGHT


async def test_it_goes_to_a_mobile_phone_where_there_is_one(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        assert await pins.set_pin(session, mira, 1001, NOW) == "+493023125010"
        await numbers.add_number(session, 1001, "0151 23456789", NOW)
        assert await pins.set_pin(session, mira, 1001, NOW) == "+4915123456789"


async def test_who_refused_texts_or_has_no_number_gets_none(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        nobody = await people.add_contact(session, "Paul Winter", None)
        with pytest.raises(Refused, match=r"pin\.no-number"):
            await pins.set_pin(session, mira, nobody.id, NOW)
        await consents.state(session, mira, 1001, Channel.SMS, Purpose.SERVICE, NOW, is_given=False, wording="")
        with pytest.raises(Refused, match=r"consent\.refused"):
            await pins.set_pin(session, mira, 1001, NOW)
        assert (await session.scalars(select(ContactPin))).all() == []


async def test_a_stranger_sets_and_proves_nothing(database: Database, mira: Actor) -> None:
    stranger = Actor(name="?", channel="phone", language="de")
    async with database.transaction() as session:
        for verb in (pins.set_pin(session, GRETA, 1001, NOW), pins.prove(session, stranger, 1001, "1", NOW)):
            with pytest.raises(NotAllowed):
                await verb


async def test_it_is_forgotten_with_the_person_and_never_handed_over(database: Database, mira: Actor) -> None:
    await _pin(database, mira)
    async with database.transaction() as session:
        told = await known_of(session, SYSTEM, 1001)
        assert [row["hash"] for row in told["contact_pin"]] == ["***"]
        await erase(session, SYSTEM, 1001, NOW)
        assert (await session.scalars(select(ContactPin))).all() == []
        assert await pins.draw(session, 1001) is None
