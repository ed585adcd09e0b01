"""Whose turn it is on a call list."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from crm_core import activity
from crm_core.agents import SYSTEM, Actor
from crm_core.callcenter import attempts, claiming, filling
from crm_core.callcenter.callees import Callee, Why
from crm_core.callcenter.claiming import MOST_PASSED
from crm_core.callcenter.filling import Wanted
from crm_core.contacts import contacts, do_not_call
from crm_core.contacts.consents import Purpose
from crm_core.contacts.numbers import PhoneNumber
from crm_core.db import Database
from crm_core.errors import Invalid, NotAllowed, Refused
from crm_core.privacy import privacy
from tests.crm_core.callcenter.lists import Listed

CLAIM = timedelta(minutes=10).total_seconds()
TRIALS = 40


async def test_each_agent_gets_another_one_in_order(listed: Listed) -> None:
    mira, jonas = await listed.floor.hire("Mira Okafor"), await listed.floor.hire("Jonas Weber")
    await listed.made(mira)
    assert [await listed.turn(mira), await listed.turn(jonas)] == ["Greta Sommer", "Emily Clarke"]


async def test_who_asks_again_is_shown_the_same_one(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    first, second = await listed.next(mira), await listed.next(mira)
    assert first is not None
    assert second is not None
    assert (first.id, first.version, first.lease_token) == (second.id, second.version, second.lease_token)


async def test_a_claim_that_ran_out_goes_to_who_asks_next(listed: Listed) -> None:
    mira, jonas = await listed.floor.hire("Mira Okafor"), await listed.floor.hire("Jonas Weber")
    await listed.made(mira)
    first = await listed.next(mira)
    assert first is not None
    listed.floor.later(CLAIM - 60)
    assert await listed.turn(jonas) == "Emily Clarke"
    listed.floor.later(60)
    sam = await listed.floor.hire("Sam Carter")
    taken = await listed.next(sam)
    assert taken is not None
    assert (taken.id, taken.lease_token != first.lease_token) == (first.id, True)
    with pytest.raises(Refused) as refused:
        await listed.floor.does(claiming.skip, mira, first.id)
    assert refused.value.message.params["name"] == "Sam Carter"
    with pytest.raises(Refused):
        await listed.floor.does(attempts.dial, mira, first.id)
    assert await listed.dials() == 0


async def test_a_claim_that_ran_out_is_still_ones_own_while_nobody_else_took_it(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    first = await listed.next(mira)
    assert first is not None
    listed.floor.later(CLAIM * 3)
    assert (await listed.call(mira, "Greta Sommer")).agent_id == mira.agent_id


async def test_skipped_people_come_behind_the_others_with_the_reason(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    for name in ("Greta Sommer", "Emily Clarke", "Thomas Groß", "Greta Sommer"):
        assert await listed.turn(mira) == name
        await listed.floor.does(claiming.skip, mira, (await listed.callee(name)).id, reason=f"not {name} now")
    assert (await listed.callee("Emily Clarke")).note == "not Emily Clarke now"
    with pytest.raises(Invalid):
        await listed.floor.does(claiming.skip, mira, (await listed.callee("Greta Sommer")).id, reason="x" * 501)


async def test_a_skip_is_taken_back_to_the_place_they_had(listed: Listed) -> None:
    mira, jonas = await listed.floor.hire("Mira Okafor"), await listed.floor.hire("Jonas Weber")
    await listed.made(mira)
    await listed.next(mira)
    await listed.floor.does(claiming.skip, mira, (await listed.callee("Greta Sommer")).id, reason="busy")
    await listed.floor.does(activity.undo, mira)
    assert (await listed.callee("Greta Sommer")).note is None
    assert await listed.turn(jonas) == "Greta Sommer"


async def test_who_stops_gives_them_back_at_once(listed: Listed) -> None:
    mira, jonas = await listed.floor.hire("Mira Okafor"), await listed.floor.hire("Jonas Weber")
    await listed.made(mira)
    await listed.next(mira)
    assert len(await listed.floor.does(claiming.release, mira)) == 1
    assert len(await listed.floor.does(claiming.release, mira)) == 0
    assert await listed.turn(jonas) == "Greta Sommer"


async def test_another_list_takes_the_place_of_the_first(listed: Listed) -> None:
    mira, jonas = await listed.floor.hire("Mira Okafor"), await listed.floor.hire("Jonas Weber")
    await listed.made(mira)
    await listed.next(mira)
    spring = listed.list_id
    [paul] = await listed.people("Paul Winter")
    another = await listed.floor.does(filling.make, mira, "Autumn", Purpose.SERVICE, [Wanted(paul)])
    listed.list_id = another.call_list.id
    assert await listed.turn(mira) == "Paul Winter"
    listed.list_id = spring
    assert await listed.turn(jonas) == "Greta Sommer"


@pytest.mark.parametrize("what", ["refuses", "is erased", "has no number any more"])
async def test_who_may_not_be_called_since_is_passed_over_and_off_the_list(listed: Listed, what: str) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    greta = listed.contacts["Greta Sommer"]
    async with listed.floor.database.transaction() as session:
        if what == "refuses":
            await do_not_call.refuse_calls(session, SYSTEM, greta, listed.floor.now)
        elif what == "is erased":
            await privacy.erase(session, SYSTEM, greta, listed.floor.now)
        else:
            await session.execute(delete(PhoneNumber).where(PhoneNumber.contact_id == greta))
    async with listed.floor.database.transaction() as session:
        turn = await claiming.claim(session, mira, listed.list_id, listed.floor.now)
    assert turn.callee is not None
    assert await listed.name(turn.callee) == "Emily Clarke"
    expected = {"refuses": Why.DO_NOT_CALL, "is erased": Why.GONE, "has no number any more": Why.NO_NUMBER}[what]
    assert (await listed.progress(mira)).dropped == {str(expected): 1}


async def test_whom_one_looks_at_is_passed_over_too_when_they_refuse_meanwhile(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    await listed.next(mira)
    async with listed.floor.database.transaction() as session:
        await do_not_call.refuse_calls(session, SYSTEM, listed.contacts["Greta Sommer"], listed.floor.now)
    assert await listed.turn(mira) == "Emily Clarke"


async def test_who_sleeps_is_put_off_until_the_hours_where_they_are(listed: Listed) -> None:
    """6 January 2027 is a holiday in Bavaria and none in Berlin."""
    mira = await listed.floor.hire("Mira Okafor")
    listed.floor.now = datetime(2027, 1, 6, 10, 0, tzinfo=UTC)
    await listed.made(mira)
    async with listed.floor.database.transaction() as session:
        greta = await contacts.lock_contact(session, listed.contacts["Greta Sommer"])
        greta.region = "DE-BY"
    assert await listed.turn(mira) == "Emily Clarke"
    assert (await listed.callee("Greta Sommer")).due_at == datetime(2027, 1, 7, 7, 0, tzinfo=UTC)


async def test_nobody_is_called_at_night_and_the_next_morning_is_named(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    listed.floor.now = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    async with listed.floor.database.transaction() as session:
        turn = await claiming.claim(session, mira, listed.list_id, listed.floor.now)
    assert (turn.callee, turn.next_at) == (None, datetime(2026, 11, 24, 7, 0, tzinfo=UTC))
    listed.floor.now = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    assert await listed.turn(mira) == "Greta Sommer"


async def test_one_go_passes_over_so_many_and_no_more(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira, [f"Person {number}" for number in range(MOST_PASSED + 2)])
    async with listed.floor.database.transaction() as session:
        for contact_id in list(listed.contacts.values())[:-1]:
            await do_not_call.refuse_calls(session, SYSTEM, contact_id, listed.floor.now)
    async with listed.floor.database.transaction() as session:
        turn = await claiming.claim(session, mira, listed.list_id, listed.floor.now)
    assert (turn.callee, len(turn.passed)) == (None, MOST_PASSED)
    assert await listed.turn(mira) == f"Person {MOST_PASSED + 1}"


async def test_a_stranger_and_a_viewer_get_nobody(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    with pytest.raises(NotAllowed):
        await listed.next(Actor(name="Somebody", channel="slack", language="en"))
    with pytest.raises(Invalid):
        await listed.next(SYSTEM)


async def test_who_leaves_the_house_holds_nobody(listed: Listed) -> None:
    mira, jonas = await listed.floor.hire("Mira Okafor"), await listed.floor.hire("Jonas Weber")
    await listed.made(mira)
    await listed.next(mira)
    assert mira.agent_id is not None
    await listed.floor.does(claiming.let_go_of, SYSTEM, mira.agent_id, 0)
    assert await listed.turn(jonas) == "Greta Sommer"


async def test_many_at_once_get_each_person_once_and_lose_nobody(listed: Listed) -> None:
    """Eight agents claim and settle until nobody is left: each claim in a transaction of its own."""
    agents = [await listed.floor.hire(f"Agent {number}") for number in range(8)]
    names = [f"Person {number}" for number in range(_trials(listed.floor.database))]
    await listed.made(agents[0], names)
    given: Counter[int] = Counter()

    async def work(actor: Actor) -> None:
        while (callee := await listed.next(actor)) is not None:
            given[callee.id] += 1
            await asyncio.sleep(0)
            await listed.floor.does(attempts.settle, actor, callee.id, "reached")

    await asyncio.gather(*(work(actor) for actor in agents))
    assert set(given.values()) == {1}
    assert len(given) == len(names)
    seen = await listed.progress(agents[0])
    assert (seen.done, seen.calls, seen.open, seen.in_hand) == (len(names), len(names), 0, 0)


async def test_of_many_who_hold_one_each_nobody_holds_anothers(listed: Listed) -> None:
    """All ask in the same moment, again and again, while claims run out under them."""
    agents = [await listed.floor.hire(f"Agent {number}") for number in range(6)]
    await listed.made(agents[0], [f"Person {number}" for number in range(4)])
    for _ in range(_trials(listed.floor.database) // 4):
        held = await asyncio.gather(*(listed.next(actor) for actor in agents))
        ids = [callee.id for callee in held if callee is not None]
        assert sorted(ids) == [1, 2, 3, 4]
        async with listed.floor.database.transaction() as session:
            tokens = list(await session.scalars(select(Callee.lease_token)))
            assert len(set(tokens)) == len(tokens)
        listed.floor.later(CLAIM + 1)


async def test_of_two_who_want_the_same_one_whose_claim_ran_out_one_has_them(listed: Listed) -> None:
    mira, jonas = await listed.floor.hire("Mira Okafor"), await listed.floor.hire("Jonas Weber")
    await listed.made(mira, ["Greta Sommer"])
    for _ in range(_trials(listed.floor.database) // 4):
        callee = await listed.next(mira)
        assert callee is not None
        listed.floor.later(CLAIM + 1)
        skipped, _taken = await asyncio.gather(
            listed.floor.does(claiming.skip, mira, callee.id), listed.next(jonas), return_exceptions=True
        )
        found = await listed.callee("Greta Sommer")
        if isinstance(skipped, Refused):
            assert (found.agent_id, found.lease_token is not None) == (jonas.agent_id, True)
        else:
            assert isinstance(skipped, Callee)
        await listed.floor.does(claiming.release, jonas)
        await listed.floor.does(claiming.release, mira)


def _trials(database: Database) -> int:
    """On SQLite one transaction waits for the other by its nature: a few show it."""
    return TRIALS // 2 if database.is_sqlite else TRIALS * 4
