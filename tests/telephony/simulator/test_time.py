"""Time stands still until it is moved, and what falls due happens in its order."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from telephony.simulator import FakeTwilio, Input
from tests.telephony.simulator.desk import ACCOUNT, GRETA, JONAS, LINE, MIRA, TOKEN, Desk, at_work

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


async def test_the_clock_begins_where_it_is_told_and_moves_only_by_hand() -> None:
    async with FakeTwilio(ACCOUNT, TOKEN, start=START) as network:
        assert network.clock.now() == START
        await network.advance(90.5)
        assert network.clock.now() == START + timedelta(seconds=90.5)


async def test_nothing_happens_by_itself(desk: Desk) -> None:
    desk.says["/voice"] = "<Gather timeout='1' actionOnEmptyResult='true' action='/silent'/>"
    await desk.network.dial(GRETA, LINE)
    await desk.network.settle()
    assert desk.at("/silent") == []


async def test_what_falls_due_happens_in_its_order_each_at_its_time(desk: Desk) -> None:
    empty = "action='/silent' actionOnEmptyResult='true'"
    desk.says["/voice"] = lambda form: f"<Gather timeout='{form['From'][-1]}' {empty}/>"
    begin = desk.network.clock.now()
    seen: list[float] = []

    def note(_form: dict[str, str]) -> str:
        seen.append((desk.network.clock.now() - begin).total_seconds())
        return ""

    desk.says["/silent"] = note
    for number in ("+493023125017", "+493023125012", "+493023125019", "+493023125015"):
        await desk.network.dial(number, LINE)
    await desk.network.advance(8)
    assert seen == [2, 5, 7]
    assert desk.network.clock.now() == begin + timedelta(seconds=8)


async def test_silence_passes_until_what_is_pending(desk: Desk) -> None:
    desk.says["/voice"] = '<Pause length="25"/><Say>now</Say><Gather/>'
    begin = desk.network.clock.now()
    call = await desk.network.dial(GRETA, LINE)
    await call.wait()
    assert (call.heard, desk.network.clock.now() - begin) == ("now", timedelta(seconds=25))


async def test_a_phone_without_signal_is_silent_and_given_up_after_a_while(desk: Desk) -> None:
    desk.says["/voice"] = '<Gather timeout="5" action="/answer"/><Say>are you there?</Say><Gather timeout="60"/>'
    call = await desk.network.dial(GRETA, LINE)
    await call.lose_signal()
    await call.press("1")
    await desk.network.advance(11)
    assert (call.heard, call.is_over, desk.at("/answer")) == ("", False, [])
    await desk.network.advance(1)
    assert call.is_over
    assert desk.told("/status", "CallDuration") == ["12"]


async def test_the_products_worker_settles_too_and_is_given_its_time(desk: Desk) -> None:
    network, todo, done = desk.network, [desk.network.clock.now() + timedelta(seconds=s) for s in (3, 10)], []

    async def work() -> bool:
        if not todo or todo[0] > network.clock.now():
            return False
        todo.pop(0)
        done.append(await desk.rest("POST", "Calls", To=MIRA, From=LINE, Url=f"{desk.url}/agent"))
        return True

    async def next_due() -> datetime | None:
        return todo[0] if todo else None

    network.accompany(work, next_due)
    await network.advance(5)
    assert (len(done), desk.network.phone(MIRA).created_at) == (1, network.clock.now() - timedelta(seconds=2))
    await network.advance(5)
    assert len(done) == 2


async def test_work_that_is_never_done_is_no_reason_to_hang(desk: Desk) -> None:
    async def work() -> bool:
        return True

    desk.network.accompany(work)
    with pytest.raises(RuntimeError, match="rest"):
        await desk.network.settle()


async def test_two_people_can_act_at_the_same_moment(desk: Desk) -> None:
    desk.says["/voice"] = "<Gather numDigits='1' action='/answer'/>"
    first, second = await desk.network.dial(GRETA, LINE), await desk.network.dial(JONAS, LINE)
    first.tell(Input("press", "1"))
    second.tell(Input("press", "2"))
    assert desk.at("/answer") == []
    await desk.network.settle()
    assert sorted(desk.told("/answer", "Digits")) == ["1", "2"]


async def test_an_idle_network_is_still_at_once(desk: Desk) -> None:
    desk.says["/voice"] = "<Gather/>"
    for _call in range(20):
        await desk.network.dial(GRETA, LINE)
    started = time.perf_counter()
    for _time in range(1000):
        await desk.network.settle()
    assert (time.perf_counter() - started) / 1000 < 0.000_1


async def test_in_real_time_prompts_take_their_time_and_waiting_cuts_it_short() -> None:
    async with at_work(real_time=True) as desk:
        desk.says["/voice"] = "<Say>a long sentence that takes several seconds to say</Say><Say>and another one</Say>"
        call = await desk.network.dial(GRETA, LINE)
        assert call.heard.endswith("seconds to say")
        await call.wait()
        assert call.heard.endswith("and another one")
        await call.hang_up()
        assert call.is_over
        with pytest.raises(RuntimeError, match="real time"):
            await desk.network.advance(1)
