"""A lead changes who waits where."""

from dataclasses import replace

import pytest

from crm_core import activity
from crm_core.agents import SYSTEM, Actor, Role
from crm_core.callcenter import moving, queues
from crm_core.errors import NotAllowed, NotFound, Refused
from tests.crm_core.callcenter.stage import Floor


async def _front(floor: Floor, call: int, actor: Actor = SYSTEM) -> None:
    async with floor.database.transaction() as session:
        await moving.to_front(session, actor, call, floor.now)


async def _to(floor: Floor, call: int, queue: str, actor: Actor = SYSTEM) -> None:
    async with floor.database.transaction() as session:
        await moving.to_queue(session, actor, call, queue, floor.now)


async def _undo(floor: Floor, actor: Actor) -> None:
    async with floor.database.transaction() as session:
        await activity.undo(session, actor, floor.now)


async def _order(floor: Floor, queue: str = "support") -> list[int]:
    async with floor.database.transaction() as session:
        return [entry.call_id for entry in await queues.waiting(session, queue)]


async def _wait(floor: Floor, count: int) -> list[int]:
    calls = []
    for _caller in range(count):
        calls.append(await floor.caller())
        floor.later(1)
    return calls


async def test_who_is_put_first_is_rung_for_first(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    first, second, third = await _wait(floor, 3)
    await _front(floor, third)
    assert await _order(floor) == [third, first, second]
    await _front(floor, second)
    await _front(floor, second)
    assert await _order(floor) == [second, third, first]
    await floor.hire("Mira Okafor")
    assert await floor.rung(second) == ["Mira Okafor"]


async def test_another_queue_rings_its_own_people_and_the_old_ones_stop(floor: Floor) -> None:
    floor.rule(routing="longest-idle", members=["Mira Okafor"])
    floor.rule("sales", routing="longest-idle", members=["Jonas Weber"])
    await floor.hire("Mira Okafor")
    await floor.hire("Jonas Weber")
    call = await floor.caller()
    assert await floor.rung(call) == ["Mira Okafor"]
    await _to(floor, call, "sales")
    assert await floor.rung(call) == ["Jonas Weber"]
    assert (await _order(floor), await _order(floor, "sales")) == ([], [call])
    assert await floor.presence("Mira Okafor") == "available"
    assert await floor.press_one("Jonas Weber") is not None


async def test_the_time_waited_counts_in_the_other_queue(floor: Floor) -> None:
    floor.rule("sales", routing="by-hand")
    [first] = await _wait(floor, 1)
    floor.later(20)
    late = await floor.caller(queue="sales")
    await floor.hire("Mira Okafor")
    await _to(floor, first, "sales")
    assert await _order(floor, "sales") == [first, late]
    await floor.pass_time(5)
    assert await floor.rung(first) == []
    await floor.pass_time(5)
    assert await floor.rung(first) == ["Mira Okafor"], "rung thirty seconds after they came, not after they were moved"


async def test_a_lead_takes_back_what_was_moved_while_they_wait(floor: Floor) -> None:
    floor.rule("sales", routing="by-hand")
    lead = await floor.hire("Lena Brandt", role="lead")
    lead = replace(lead, role=Role.LEAD)
    first, second = await _wait(floor, 2)
    await _front(floor, second, lead)
    await _undo(floor, lead)
    assert await _order(floor) == [first, second]
    await _to(floor, first, "sales", lead)
    await _undo(floor, lead)
    assert await _order(floor) == [first, second]
    await _to(floor, first, "sales", lead)
    await floor.hang_up(first)
    with pytest.raises(Refused):
        await _undo(floor, lead)


async def test_who_was_accepted_stays_with_whom_they_are(floor: Floor) -> None:
    floor.rule("sales", routing="by-hand")
    mira = await floor.hire("Mira Okafor")
    call = await floor.caller()
    await floor.accept(mira, call)
    for move in (_front(floor, call), _to(floor, call, "sales")):
        with pytest.raises(Refused) as refused:
            await move
        assert refused.value.message.params["name"] == "Mira Okafor"


async def test_who_does_not_wait_any_more_cannot_be_moved(floor: Floor) -> None:
    floor.rule("sales", routing="by-hand")
    call = await floor.caller()
    await floor.hang_up(call)
    for move in (_front(floor, call), _to(floor, call, "sales")):
        with pytest.raises(Refused):
            await move


async def test_a_queue_that_is_none_is_refused_with_those_there_are(floor: Floor) -> None:
    call = await floor.caller()
    with pytest.raises(NotFound) as unknown:
        await _to(floor, call, "sales")
    assert unknown.value.message.params["names"] == "support"
    with pytest.raises(Refused):
        await _to(floor, call, "support")


async def test_agents_move_nobody(floor: Floor) -> None:
    mira = await floor.hire("Mira Okafor")
    call = await floor.caller()
    with pytest.raises(NotAllowed):
        await _front(floor, call, mira)
    with pytest.raises(NotAllowed):
        await _to(floor, call, "support", mira)
