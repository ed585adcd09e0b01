"""Who waits too long goes on to another queue, or out to leave a message."""

from __future__ import annotations

from datetime import datetime

from crm_core.callcenter import calls, ending, queues, routing
from crm_core.callcenter import floor as the_floor
from crm_core.callcenter.queues import QueueEntry
from crm_core.outbox import EffectKind
from tests.crm_core.callcenter.stage import Floor


async def _entry(floor: Floor, call_id: int) -> QueueEntry:
    async with floor.database.transaction() as session:
        entry = await queues.lock_entry(session, call_id)
        assert entry is not None
        return entry


async def _sent_to(floor: Floor) -> list[str]:
    return [effect.payload["to"] for effect in await floor.effects(EffectKind.REDIRECT)]


async def test_the_time_is_over_also_while_a_phone_rings(floor: Floor) -> None:
    floor.rule("sales", routing="longest-idle", members=["Jonas Weber"])
    floor.rule(
        routing="longest-idle", members=["Mira Okafor"], ring_for="60s", overflow={"after": "30s", "queue": "sales"}
    )
    await floor.hire("Mira Okafor")
    await floor.hire("Jonas Weber")
    call = await floor.caller()
    await floor.pass_time(29)
    assert await floor.rung(call) == ["Mira Okafor"]
    await floor.pass_time(1)
    assert await floor.rung(call) == ["Jonas Weber"]
    assert (await _entry(floor, call)).queue == "sales"


async def test_the_time_is_over_at_its_moment_and_nobody_can_take_them_any_more(floor: Floor) -> None:
    floor.rule(routing="longest-idle", ring_for="60s", overflow={"after": "30s"})
    await floor.hire("Mira Okafor")
    call = await floor.caller()
    await floor.pass_time(29)
    assert await _sent_to(floor) == []
    await floor.pass_time(1)
    assert (await _sent_to(floor), (await _entry(floor, call)).state) == (["overflow"], "done")
    assert await floor.press_one("Mira Okafor") is None


async def test_each_queue_counts_its_own_time(floor: Floor) -> None:
    floor.rule("third", overflow={"after": "20s"})
    floor.rule("second", overflow={"after": "45s", "queue": "third"})
    floor.rule("support", overflow={"after": "25s", "queue": "second"})
    call = await floor.caller()
    found: list[tuple[float, str]] = []
    for seconds in (24, 2, 43, 2, 18, 2):
        await floor.pass_time(seconds)
        entry = await _entry(floor, call)
        found.append((seconds, entry.queue if entry.state != "done" else "out"))
    assert [where for _seconds, where in found] == ["support", "second", "second", "third", "third", "out"]


async def test_nobody_goes_round_in_a_circle(floor: Floor) -> None:
    floor.rule("sales", overflow={"after": "30s", "queue": "support"})
    floor.rule("support", overflow={"after": "30s", "queue": "sales"})
    call = await floor.caller()
    await floor.pass_time(300)
    entry = await _entry(floor, call)
    assert (entry.queue, entry.state) == ("sales", "waiting")


async def test_who_comes_back_after_a_talk_waits_anew(floor: Floor) -> None:
    floor.rule(routing="longest-idle", overflow={"after": "60s"})
    await floor.hire("Mira Okafor")
    call = await floor.caller()
    began = floor.now
    await floor.press_one("Mira Okafor")
    await floor.pass_time(1200)
    back = floor.now
    async with floor.database.transaction() as session:
        found = await calls.lock_call(session, call)
        await ending.leave_queue(session, found, floor.now)
        await routing.join(session, found, "support", floor.now, at_front=True)
    await floor.pass_time(59)
    entry = await _entry(floor, call)
    assert (entry.state, entry.joined_at, entry.entered_at) == ("waiting", began, back)
    assert await _longest(floor) == back
    await floor.pass_time(1)
    assert (await _entry(floor, call)).state == "done"


async def _longest(floor: Floor) -> datetime | None:
    mira = await floor.hire("Lena Brandt")
    async with floor.database.transaction() as session:
        assert await queues.longest(session) == (await the_floor.look(session, mira, floor.now)).longest
        return await queues.longest(session)


async def test_who_waited_in_vain_and_left_nothing_has_given_up(floor: Floor) -> None:
    floor.rule(overflow={"after": "30s"})
    call = await floor.caller()
    await floor.pass_time(31)
    await floor.hang_up(call)
    assert await floor.state(call) == "abandoned"


async def test_who_finds_nobody_there_and_leaves_nothing_has_given_up(floor: Floor) -> None:
    lead = await floor.hire("Mira Okafor")
    call = await floor.caller()
    async with floor.database.transaction() as session:
        found = await calls.lock_call(session, call)
        await ending.leave_queue(session, found, floor.now)
        await queues.turn_away(session, found, "support", floor.now)
    await floor.hang_up(call)
    seen = await floor.does(the_floor.look, lead)
    assert await floor.state(call) == "abandoned"
    assert (seen.served.queued, seen.served.abandoned) == (1, 1)
    assert [one.id for one in seen.missed] == [call]
