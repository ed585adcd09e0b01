"""On hold, back again, and an agent's own microphone."""

import pytest

from crm_core.callcenter import calls, holding, rooms
from crm_core.callcenter.rooms import Conference
from crm_core.errors import Refused
from crm_core.outbox import EffectKind
from tests.crm_core.callcenter.stage import Floor


async def _talk(floor: Floor) -> int:
    call = await floor.caller()
    await floor.press_one("Mira Okafor")
    return call


async def _wished(floor: Floor) -> list[object]:
    return [effect.payload["wished"] for effect in await floor.effects(EffectKind.PARTICIPANT)]


async def test_the_customer_hears_the_music_of_the_queue_until_the_agent_is_back(floor: Floor) -> None:
    floor.rule(routing="longest-idle", music="https://example.com/music.mp3")
    mira = await floor.hire("Mira Okafor")
    call = await _talk(floor)
    await floor.does(holding.hold, mira, call)
    assert await floor.state(call) == "hold"
    floor.later(30)
    await floor.does(holding.resume, mira, call)
    assert await _wished(floor) == [{"hold": True, "music": "https://example.com/music.mp3"}, {"hold": False}]
    found = await floor.call(call)
    assert (found.state, found.hold_seconds) == ("talking", 30)


async def test_only_who_talks_to_them_puts_them_on_hold(floor: Floor) -> None:
    floor.rule(routing="ordered", members=["Mira Okafor"])
    await floor.hire("Mira Okafor")
    jonas = await floor.hire("Jonas Weber")
    call = await _talk(floor)
    with pytest.raises(Refused) as refused:
        await floor.does(holding.hold, jonas, call)
    assert refused.value.message.id == "call.not-in-it"
    assert await _wished(floor) == []


async def test_who_is_on_hold_is_not_put_on_hold_again(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    mira = await floor.hire("Mira Okafor")
    call = await _talk(floor)
    await floor.does(holding.hold, mira, call)
    with pytest.raises(Refused) as refused:
        await floor.does(holding.hold, mira, call)
    assert refused.value.message.id == "call.not-now"


async def test_ones_own_microphone_is_off_and_on(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    mira = await floor.hire("Mira Okafor")
    call = await _talk(floor)
    for muted in (True, True, False):
        await floor.does(lambda session, now, muted=muted: holding.set_muted(session, mira, call, now, muted=muted))
    assert await _wished(floor) == [{"muted": True}, {"muted": False}]
    assert await floor.state(call) == "talking"


async def test_a_wish_for_music_that_was_quicker_than_the_customer_is_made_again(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    mira = await floor.hire("Mira Okafor")
    call = await _talk(floor)
    await floor.does(holding.hold, mira, call)
    async with floor.database.transaction() as session:
        found = await calls.lock_call(session, call)
        await rooms.reported(session, found, Conference("CF1", rooms.JOINED, str(found.sid)), floor.now)
    assert await _wished(floor) == [{"hold": True, "music": None}] * 2


async def test_a_caller_who_hangs_up_on_hold_ends_the_call(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    mira = await floor.hire("Mira Okafor")
    call = await _talk(floor)
    await floor.does(holding.hold, mira, call)
    floor.later(20)
    await floor.hang_up(call)
    await floor.report("Mira Okafor", "completed", 60)
    found = await floor.call(call)
    assert (found.state, found.hold_seconds) == ("done", 20)
