"""How many agents are needed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from crm_core.agents import Actor
from crm_core.callcenter import staffing
from crm_core.callcenter.staffing import Need
from crm_core.company.callcenter import ServiceLevel
from crm_core.errors import NotFound, Refused
from tests.crm_core.callcenter.stage import Floor

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


async def _four_weeks(floor: Floor) -> Actor:
    """On every Monday from 11:00 in Berlin on there are six calls of five minutes; nobody calls at other times."""
    floor.now = MONDAY
    floor.rule(routing="longest-idle")
    mira = await floor.hire("Mira Okafor")
    for week in range(4):
        floor.now = MONDAY + timedelta(weeks=week)
        for number in range(6):
            call = await floor.caller(f"+49302312503{number}")
            await floor.press_one("Mira Okafor")
            floor.later(300)
            await floor.hang_up(call)
            await floor.report("Mira Okafor", "completed")
    floor.now = MONDAY + timedelta(weeks=4)
    return mira


async def _needed(floor: Floor, actor: Actor, queue: str | None, begins: time) -> Need:
    return await floor.does(lambda session, now: staffing.needed(session, actor, queue, begins, now))


async def test_it_follows_from_the_calls_of_the_last_weeks_and_what_is_aimed_at(floor: Floor) -> None:
    mira = await _four_weeks(floor)
    need = await _needed(floor, mira, "support", time(11))
    open_days = 4 * 6
    assert need.calls_an_hour == pytest.approx(4 * 6 / open_days)
    assert need.handle == timedelta(minutes=5)
    assert need.agents == 1
    assert await _needed(floor, mira, None, time(11)) == need
    assert (await _needed(floor, mira, "support", time(9))).calls_an_hour == 0
    floor.set(service_level=ServiceLevel(percent=95))
    assert (await _needed(floor, mira, "support", time(11))).agents == 2


async def test_it_is_said_when_it_cannot_be_known(floor: Floor) -> None:
    mira = await floor.hire("Mira Okafor")
    with pytest.raises(Refused) as few:
        await _needed(floor, mira, "support", time(11))
    with pytest.raises(Refused) as closed:
        await _needed(floor, mira, "support", time(3))
    with pytest.raises(NotFound):
        await _needed(floor, mira, "laundry", time(11))
    assert [one.value.message.id for one in (few, closed)] == ["staffing.too-few-calls", "staffing.closed"]
