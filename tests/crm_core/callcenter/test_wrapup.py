"""What follows a talk."""

from datetime import timedelta

import pytest

from crm_core.agents import Presence
from crm_core.callcenter import calls, presence, talks, wrapup
from crm_core.errors import Invalid, NotAllowed, Refused
from crm_core.outbox import EffectKind
from tests.crm_core.callcenter.stage import Floor

DISPOSITIONS = {"sold": {"de": "verkauft", "en": "sold"}, "later": {"de": "später", "en": "later"}}


async def _talk(floor: Floor, name: str = "Mira Okafor") -> int:
    call = await floor.caller()
    assert await floor.press_one(name) is not None
    floor.later(60)
    return call


async def _end(floor: Floor, call: int, name: str = "Mira Okafor") -> None:
    await floor.hang_up(call)
    await floor.report(name, "completed", 60)


async def test_without_a_wrap_up_the_agent_is_free_at_once(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    await _end(floor, await _talk(floor))
    assert (await floor.presence("Mira Okafor"), await floor.state(1)) == ("available", "done")


async def test_the_next_caller_rings_when_the_wrap_up_is_over(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    floor.set(wrap_up=timedelta(seconds=30))
    await floor.hire("Mira Okafor")
    call = await _talk(floor)
    waiting = await floor.caller("+493023125011")
    await _end(floor, call)
    assert (await floor.presence("Mira Okafor"), await floor.state(call)) == ("wrap-up", "wrap-up")
    assert await floor.rung(waiting) == []
    await floor.pass_time(31)
    assert (await floor.state(call), await floor.rung(waiting)) == ("done", ["Mira Okafor"])


async def test_saying_how_it_ended_ends_the_wrap_up(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    floor.set(wrap_up=timedelta(minutes=5), dispositions=DISPOSITIONS)
    mira = await floor.hire("Mira Okafor")
    call = await _talk(floor)
    await _end(floor, call)
    async with floor.database.transaction() as session:
        await wrapup.dispose(session, mira, call, "sold", floor.now, note="two of them")
    assert (await floor.presence("Mira Okafor"), await floor.state(call)) == ("available", "done")
    async with floor.database.transaction() as session:
        found = await calls.lock_call(session, call)
        assert (found.disposition, found.note) == ("sold", "two of them")


async def test_a_disposition_that_is_owed_is_asked_for_and_waited_for(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    floor.set(wrap_up=timedelta(seconds=10), dispositions=DISPOSITIONS, disposition_required=True)
    mira = await floor.hire("Mira Okafor")
    async with floor.database.transaction() as session:
        from crm_core import agents

        await agents.link(session, await agents.find_agent(session, "Mira"), "slack", "U1", floor.now)
    call = await _talk(floor)
    await _end(floor, call)
    await floor.pass_time(600)
    assert await floor.presence("Mira Okafor") == "wrap-up"
    [told] = await floor.effects(EffectKind.NOTICE)
    assert told.payload["id"] == "notice.disposition-missing"
    async with floor.database.transaction() as session:
        await wrapup.dispose(session, mira, call, "later", floor.now)
    assert await floor.presence("Mira Okafor") == "available"


async def test_only_dispositions_of_the_house_and_only_for_ones_own_call(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    floor.set(dispositions=DISPOSITIONS)
    mira = await floor.hire("Mira Okafor")
    call = await _talk(floor)
    jonas = await floor.hire("Jonas Weber")
    with pytest.raises(Invalid):
        async with floor.database.transaction() as session:
            await wrapup.dispose(session, mira, call, "whatever", floor.now)
    with pytest.raises(NotAllowed):
        async with floor.database.transaction() as session:
            await wrapup.dispose(session, jonas, call, "sold", floor.now)


async def test_who_says_away_during_a_call_is_away_after_it(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    mira = await floor.hire("Mira Okafor")
    call = await _talk(floor)
    async with floor.database.transaction() as session:
        await presence.set_presence(session, mira, Presence.AWAY, floor.now, reason="lunch")
    assert await floor.presence("Mira Okafor") == "on-call"
    await _end(floor, call)
    assert await floor.presence("Mira Okafor") == "away"


async def test_who_was_away_and_took_a_call_is_away_again(floor: Floor) -> None:
    floor.rule(routing="by-hand")
    mira = await floor.hire("Mira Okafor")
    async with floor.database.transaction() as session:
        await presence.set_presence(session, mira, Presence.AWAY, floor.now)
    call = await floor.caller()
    async with floor.database.transaction() as session:
        await talks.accept(session, mira, call, floor.now)
    assert await floor.press_one("Mira Okafor") is not None
    await _end(floor, call)
    assert await floor.presence("Mira Okafor") == "away"


async def test_the_agent_who_drops_out_leaves_the_caller_to_the_farewell(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    call = await _talk(floor)
    await floor.report("Mira Okafor", "completed", 60)
    redirects = [effect.payload["to"] for effect in await floor.effects(EffectKind.REDIRECT)]
    assert redirects == ["conference", "farewell"]
    assert (await floor.presence("Mira Okafor"), await floor.state(call)) == ("available", "talking")
    await floor.hang_up(call)
    assert await floor.state(call) == "done"


async def test_the_length_of_the_talk_is_kept(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    call = await _talk(floor)
    await _end(floor, call)
    async with floor.database.transaction() as session:
        found = await calls.lock_call(session, call)
        assert found.talk_began_at is not None and found.talk_ended_at is not None
        assert found.talk_ended_at - found.talk_began_at == timedelta(seconds=60)


async def test_who_says_available_is_through_with_the_wrap_up(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    floor.set(wrap_up=timedelta(minutes=10))
    mira = await floor.hire("Mira Okafor")
    call = await _talk(floor)
    waiting = await floor.caller("+493023125011")
    await _end(floor, call)
    await floor.does(presence.set_presence, mira, Presence.AWAY)
    await floor.does(presence.set_presence, mira, Presence.AVAILABLE)
    assert (await floor.state(call), await floor.rung(waiting)) == ("done", ["Mira Okafor"])
    await floor.press_one("Mira Okafor")
    await floor.pass_time(601)
    assert await floor.presence("Mira Okafor") == "on-call"


async def test_who_owes_a_disposition_is_not_through_by_saying_so(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    floor.set(wrap_up=timedelta(minutes=10), dispositions=DISPOSITIONS, disposition_required=True)
    mira = await floor.hire("Mira Okafor")
    call = await _talk(floor)
    await _end(floor, call)
    await floor.does(presence.set_presence, mira, Presence.AVAILABLE)
    assert await floor.presence("Mira Okafor") == "wrap-up"
    with pytest.raises(Refused):
        await floor.does(wrapup.finish, mira, call)
    await floor.does(wrapup.dispose, mira, call, "sold")
    assert await floor.presence("Mira Okafor") == "available"


async def test_only_who_is_at_it_ends_a_wrap_up(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    floor.set(wrap_up=timedelta(minutes=10))
    mira = await floor.hire("Mira Okafor")
    call = await _talk(floor)
    jonas = await floor.hire("Jonas Weber")
    await _end(floor, call)
    with pytest.raises(Refused):
        await floor.does(wrapup.finish, jonas, call)
    assert await floor.presence("Mira Okafor") == "wrap-up"
    await floor.does(wrapup.finish, mira, call)
    assert (await floor.presence("Mira Okafor"), await floor.state(call)) == ("available", "done")
    with pytest.raises(Refused):
        await floor.does(wrapup.finish, mira, call)


async def test_two_wrap_ups_that_begin_at_the_same_moment_both_come_to_their_end(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    floor.set(wrap_up=timedelta(seconds=30))
    mira = await floor.hire("Mira Okafor")
    first = await _talk(floor)
    await _end(floor, first)
    await floor.does(wrapup.finish, mira, first)
    second = await floor.caller("+493023125011")
    await floor.press_one("Mira Okafor")
    await _end(floor, second)
    await floor.pass_time(31)
    assert [await floor.state(call) for call in (first, second)] == ["done", "done"]
    assert await floor.presence("Mira Okafor") == "available"
