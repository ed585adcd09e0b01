"""An emergency is declared, changes the queues, and ends by itself."""

from datetime import timedelta

import pytest

from crm_core import activity
from crm_core.agents import SYSTEM, Actor
from crm_core.callcenter import emergencies, queues
from crm_core.callcenter.emergencies import Action, Emergency
from crm_core.errors import CrmError, Invalid, NotAllowed, NotFound, Refused
from tests.crm_core.callcenter.stage import Floor

HOUR = timedelta(hours=1)


async def _declare(floor: Floor, text: str = "Stromausfall", actor: Actor = SYSTEM, **rules: object) -> Emergency:
    options = {"action": Action.ANNOUNCE, "divert_to": None, **rules}
    async with floor.database.transaction() as session:
        return await emergencies.declare(
            session, actor, {"de": text}, floor.now + HOUR, floor.now, **options  # type: ignore[arg-type]
        )  # fmt: skip


async def _current(floor: Floor) -> Emergency | None:
    async with floor.database.transaction() as session:
        return await emergencies.current(session, floor.now)


async def _told(floor: Floor, emergency: Emergency) -> list[tuple[str, str]]:
    async with floor.database.transaction() as session:
        return [(step.verb, step.actor_name) for step in await activity.timeline(session, "emergency", emergency.id)][
            ::-1
        ]


async def test_it_is_over_at_its_time_whether_a_timer_came_or_not(floor: Floor) -> None:
    declared = await _declare(floor)
    floor.later(HOUR.total_seconds() - 1)
    assert (await _current(floor)) is not None
    floor.later(1)
    assert await _current(floor) is None
    await floor.pass_time(1)
    assert await _told(floor, declared) == [("emergency.declared", "Offhook"), ("emergency.ended", "Offhook")]


async def test_it_can_be_ended_before(floor: Floor) -> None:
    declared = await _declare(floor)
    async with floor.database.transaction() as session:
        await emergencies.end(session, SYSTEM, floor.now)
    assert await _current(floor) is None
    await floor.pass_time(2 * HOUR.total_seconds())
    assert len(await _told(floor, declared)) == 2, "its timer finds nothing to do"
    with pytest.raises(Refused):
        async with floor.database.transaction() as session:
            await emergencies.end(session, SYSTEM, floor.now)


async def test_a_second_one_takes_the_place_of_the_first(floor: Floor) -> None:
    await _declare(floor)
    floor.later(60)
    second = await _declare(floor, "Der Strom ist wieder da")
    found = await _current(floor)
    assert found is not None
    assert found.id == second.id
    await floor.pass_time(HOUR.total_seconds() - 60)
    found = await _current(floor)
    assert found is not None, "the timer of the first one does not end the second"
    assert found.id == second.id


async def test_of_two_declared_at_once_neither_comes_back(floor: Floor) -> None:
    first, second = await _declare(floor), await _declare(floor, "Wasser")
    async with floor.database.transaction() as session:
        (await session.get_one(Emergency, first.id)).ended_at = None
    async with floor.database.transaction() as session:
        await emergencies.end(session, SYSTEM, floor.now)
    assert await _current(floor) is None
    assert [verb for verb, _name in await _told(floor, second)] == ["emergency.declared", "emergency.ended"]


async def test_who_waits_is_diverted_and_rung_there(floor: Floor) -> None:
    floor.rule(routing="by-hand")
    floor.rule("crisis", routing="longest-idle", members=["Jonas Weber"])
    mira = await floor.hire("Mira Okafor")
    await floor.hire("Jonas Weber")
    taken, waiting = await floor.caller(), await floor.caller("+493023125011")
    await floor.accept(mira, taken)
    await _declare(floor, action=Action.DIVERT, divert_to="crisis")
    await floor.pass_time(0)
    assert await floor.rung(waiting) == ["Jonas Weber"]
    async with floor.database.transaction() as session:
        assert [entry.call_id for entry in await queues.waiting(session, "crisis")] == [waiting]
        assert [entry.call_id for entry in await queues.waiting(session, "support")] == [taken]


async def test_who_was_diverted_comes_back_when_it_is_over_and_who_wanted_to_be_there_stays(floor: Floor) -> None:
    floor.rule(routing="by-hand")
    floor.rule("crisis", routing="by-hand")
    diverted, there = await floor.caller(), await floor.caller("+493023125011", "crisis")
    await _declare(floor, action=Action.DIVERT, divert_to="crisis")
    await floor.pass_time(1)
    async with floor.database.transaction() as session:
        assert {entry.call_id for entry in await queues.waiting(session, "crisis")} == {diverted, there}
        await emergencies.end(session, SYSTEM, floor.now)
    await floor.pass_time(1)
    async with floor.database.transaction() as session:
        assert [entry.call_id for entry in await queues.waiting(session, "support")] == [diverted]
        assert [entry.call_id for entry in await queues.waiting(session, "crisis")] == [there]


async def test_another_diversion_keeps_them_until_it_is_over_too(floor: Floor) -> None:
    floor.rule(routing="by-hand")
    floor.rule("crisis", routing="by-hand")
    call = await floor.caller()
    for _time in range(2):
        await _declare(floor, action=Action.DIVERT, divert_to="crisis")
        await floor.pass_time(1)
    async with floor.database.transaction() as session:
        assert [entry.call_id for entry in await queues.waiting(session, "crisis")] == [call]
    await floor.pass_time(HOUR.total_seconds() + 1)
    async with floor.database.transaction() as session:
        assert [entry.call_id for entry in await queues.waiting(session, "support")] == [call]


@pytest.mark.parametrize(
    ("text", "hours", "rules", "error"),
    [
        ("  ", 1, {}, Invalid),
        ("x" * 501, 1, {}, Invalid),
        ("Strom", 0, {}, Invalid),
        ("Strom", -1, {}, Invalid),
        ("Strom", 24 * 7 + 1, {}, Invalid),
        ("Strom", 1, {"action": Action.DIVERT, "divert_to": "nowhere"}, NotFound),
        ("Strom", 1, {"action": Action.DIVERT}, NotFound),
    ],
)
async def test_what_cannot_be_declared_is_refused_and_changes_nothing(
    floor: Floor, text: str, hours: int, rules: dict[str, object], error: type[CrmError]
) -> None:
    before = await _declare(floor)
    with pytest.raises(error):
        async with floor.database.transaction() as session:
            await emergencies.declare(
                session, SYSTEM, {"de": text}, floor.now + hours * HOUR, floor.now, **rules  # type: ignore[arg-type]
            )  # fmt: skip
    found = await _current(floor)
    assert found is not None
    assert found.id == before.id


async def test_agents_declare_none(floor: Floor) -> None:
    mira = await floor.hire("Mira Okafor")
    with pytest.raises(NotAllowed):
        await _declare(floor, actor=mira)
    with pytest.raises(NotAllowed):
        async with floor.database.transaction() as session:
            await emergencies.end(session, mira, floor.now)
