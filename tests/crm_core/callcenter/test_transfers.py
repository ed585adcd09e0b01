"""Calls are passed on, and no caller is lost on the way."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import agents
from crm_core.agents import Actor, Presence
from crm_core.callcenter import holding, passing, presence, talks
from crm_core.callcenter.legs import Party
from crm_core.callcenter.transfers import Kind, Transfer
from crm_core.errors import CrmError
from crm_core.outbox import Effect, EffectKind
from tests.crm_core.callcenter.stage import LINE, Floor

MIRA, JONAS, LENA = "Mira Okafor", "Jonas Weber", "Lena Brandt"
OUTSIDE = "+493023125077"


async def _talk(floor: Floor, *others: str, **rules: Any) -> tuple[int, Actor]:
    """Mira talks to a caller; the others are on duty, and not rung for anybody."""
    floor.rule(**{"routing": "ordered", "members": [MIRA], **rules})
    mira = await floor.hire(MIRA)
    call = await floor.caller()
    await floor.press_one(MIRA)
    for name in others:
        await floor.hire(name)
    floor.later(60)
    return call, mira


async def _pass(floor: Floor, actor: Actor, call: int, to: str, kind: Kind) -> Transfer:
    async def begin(session: AsyncSession, now: datetime) -> Transfer:
        if to.startswith("+"):
            return await passing.to_number(session, actor, call, to, now, kind=kind)
        agent = await agents.find_agent(session, to)
        return await passing.to_agent(session, actor, call, agent, now, kind=kind)

    return await floor.does(begin)


async def _at(floor: Floor, *names: str) -> list[str]:
    return [await floor.presence(name) for name in names]


async def _wishes(floor: Floor) -> Sequence[object]:
    """What was wished for the customer, in order: on hold or not, and where else they were sent."""
    async with floor.database.transaction() as session:
        kinds = (EffectKind.PARTICIPANT, EffectKind.REDIRECT)
        found = await session.scalars(select(Effect).where(Effect.kind.in_(kinds)).order_by(Effect.id))
        return [one.payload.get("to") or one.payload["wished"]["hold"] for one in found]


async def _gone(floor: Floor, name: str) -> None:
    await floor.report(name, "completed", 60)


async def test_a_colleague_gets_the_call_and_the_first_agent_is_free(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.BLIND)
    assert await floor.state(call) == "connecting"
    await _gone(floor, MIRA)
    assert await _at(floor, MIRA, JONAS) == ["available", "reserved"]
    await floor.press_one(JONAS)
    assert await _wishes(floor) == ["conference", True, False]
    assert await _at(floor, MIRA, JONAS) == ["available", "on-call"]
    found = await floor.call(call)
    jonas = (await floor.does(lambda session, _now: agents.find_agent(session, JONAS))).id
    assert (found.state, found.agent_id) == ("talking", jonas)
    await floor.hang_up(call)
    await _gone(floor, JONAS)
    assert (await floor.state(call), await floor.presence(JONAS)) == ("done", "available")


async def test_when_the_colleague_does_not_pick_up_the_first_agent_is_rung_again(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.BLIND)
    await _gone(floor, MIRA)
    await floor.report(JONAS, "no-answer")
    assert (await floor.rung(call), await _at(floor, MIRA, JONAS)) == ([MIRA], ["reserved", "available"])
    await floor.press_one(MIRA)
    assert (await floor.state(call), await floor.presence(MIRA)) == ("talking", "on-call")
    assert await _wishes(floor) == ["conference", True, False]


async def test_when_the_first_agent_is_in_wrap_up_it_ends_for_the_caller_who_comes_back(floor: Floor) -> None:
    floor.set(wrap_up=timedelta(minutes=5))
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.BLIND)
    await _gone(floor, MIRA)
    assert await floor.presence(MIRA) == "wrap-up"
    await floor.report(JONAS, "busy")
    assert await floor.rung(call) == [MIRA]


async def test_when_nobody_picks_up_the_caller_is_first_in_the_queue(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS, LENA)
    waiting = await floor.caller("+493023125011")
    await floor.does(lambda session, now: presence.set_presence(session, mira, Presence.AWAY, now))
    await _pass(floor, mira, call, JONAS, Kind.BLIND)
    await _gone(floor, MIRA)
    assert await floor.rung(call) == [JONAS]
    floor.rule(routing="ordered", members=[LENA])
    await floor.report(JONAS, "no-answer")
    assert (await floor.state(call), await floor.presence(MIRA)) == ("queued", "away")
    assert (await _wishes(floor))[-1] == "requeue"
    assert [await floor.rung(one) for one in (call, waiting)] == [[LENA], []]
    await floor.press_one(LENA)
    assert await floor.state(call) == "talking"


async def test_a_colleague_whose_phone_never_reports_loses_no_caller(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.BLIND)
    await _gone(floor, MIRA)
    await floor.pass_time(51)
    assert await floor.rung(call) == [MIRA]
    await floor.pass_time(51)
    assert (await floor.state(call), await floor.rung(call)) == ("queued", [MIRA])
    assert await floor.presence(JONAS) == "available"


async def test_a_caller_who_hangs_up_on_the_way_frees_everybody(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.BLIND)
    await _gone(floor, MIRA)
    await floor.report(JONAS, "ringing")
    await floor.hang_up(call)
    await floor.report(JONAS, "canceled")
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("done", ["available", "available"])
    assert await floor.press_one(JONAS) is None


async def test_to_a_queue_is_to_its_front(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    waiting = await floor.caller("+493023125011", queue="sales")
    floor.rule("sales", routing="longest-idle", members=[JONAS])
    await floor.does(passing.to_queue, mira, call, "sales")
    assert (await floor.rung(call), await floor.rung(waiting)) == ([JONAS], [])
    assert (await _wishes(floor))[-1] == "requeue"
    await _gone(floor, MIRA)
    assert (await floor.state(call), await floor.presence(MIRA)) == ("queued", "available")
    await floor.press_one(JONAS)
    assert (await floor.state(call), (await _wishes(floor))[-1]) == ("talking", "conference")
    assert (await floor.call(call)).queue == "sales"


async def test_nobody_is_passed_to_a_queue_without_anybody(floor: Floor) -> None:
    call, mira = await _talk(floor)
    floor.rule("sales", routing="longest-idle", members=["Nobody"])
    floor.rule("own", routing="longest-idle", members=[MIRA])
    for queue in ("sales", "own", "no such queue"):
        with pytest.raises(CrmError):
            await floor.does(passing.to_queue, mira, call, queue)
    assert await floor.state(call) == "talking"


async def test_first_a_word_with_the_colleague_then_the_call(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("hold", ["on-call", "reserved"])
    await floor.press_one(JONAS)
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("hold", ["on-call", "on-call"])
    await floor.does(passing.complete, mira, call)
    await _gone(floor, MIRA)
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("talking", ["available", "on-call"])
    assert await _wishes(floor) == ["conference", True, False]
    await floor.hang_up(call)
    await _gone(floor, JONAS)
    assert (await floor.state(call), await floor.presence(JONAS)) == ("done", "available")


async def test_after_a_word_the_call_stays_where_it_was(floor: Floor) -> None:
    floor.set(wrap_up=timedelta(minutes=1))
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    await floor.press_one(JONAS)
    await floor.does(passing.take_back, mira, call)
    await _gone(floor, JONAS)
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("talking", ["on-call", "available"])
    assert await _wishes(floor) == ["conference", True, False]


async def test_a_colleague_who_hangs_up_gives_the_customer_back(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    await floor.press_one(JONAS)
    await _gone(floor, JONAS)
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("talking", ["on-call", "available"])


async def test_a_colleague_who_is_not_reached_gives_the_customer_back_and_the_agent_is_told(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    async with floor.database.transaction() as session:
        await agents.link(session, await agents.find_agent(session, "Mira"), "slack", "U1", floor.now)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    await floor.report(JONAS, "no-answer")
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("talking", ["on-call", "available"])
    [told] = await floor.effects(EffectKind.NOTICE)
    assert told.payload["id"] == "notice.transfer-missed"


async def test_to_stop_the_ringing_is_to_have_the_customer_back(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    await floor.does(passing.take_back, mira, call)
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("talking", ["on-call", "available"])


async def test_to_hang_up_after_the_word_is_to_pass_the_call_on(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    await floor.press_one(JONAS)
    await _gone(floor, MIRA)
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("talking", ["available", "on-call"])


async def test_to_hang_up_while_it_rings_loses_nobody(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    await _gone(floor, MIRA)
    assert await floor.state(call) == "connecting"
    await floor.press_one(JONAS)
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("talking", ["available", "on-call"])


async def test_whoever_goes_before_the_answer_leaves_the_call_to_the_colleague(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    await floor.does(passing.complete, mira, call)
    await _gone(floor, MIRA)
    await floor.report(JONAS, "no-answer")
    assert await floor.rung(call) == [MIRA]


async def test_all_three_talk_and_one_may_leave(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    with pytest.raises(CrmError):
        await floor.does(passing.join, mira, call)
    await floor.press_one(JONAS)
    await floor.does(passing.join, mira, call)
    assert (await floor.state(call), (await _wishes(floor))[-1]) == ("talking", False)
    await _gone(floor, MIRA)
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("talking", ["available", "on-call"])
    await floor.hang_up(call)
    await _gone(floor, JONAS)
    assert await floor.state(call) == "done"


async def test_a_conference_that_the_customer_ends_leaves_both_free(floor: Floor) -> None:
    floor.set(wrap_up=timedelta(seconds=30))
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    await floor.press_one(JONAS)
    await floor.does(passing.join, mira, call)
    await floor.hang_up(call)
    for name in (JONAS, MIRA):
        await _gone(floor, name)
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("wrap-up", ["wrap-up", "wrap-up"])
    await floor.pass_time(31)
    assert (await floor.state(call), await _at(floor, MIRA, JONAS)) == ("done", ["available", "available"])


async def test_of_three_who_talk_one_passes_it_on_in_vain_and_the_other_has_it(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS, LENA)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    await floor.press_one(JONAS)
    await floor.does(passing.join, mira, call)
    await _pass(floor, mira, call, LENA, Kind.BLIND)
    await _gone(floor, MIRA)
    await floor.report(LENA, "busy")
    jonas = await floor.does(lambda session, _now: agents.find_agent(session, JONAS))
    found = await floor.call(call)
    assert (found.state, found.agent_id, await floor.rung(call)) == ("talking", jonas.id, [])


async def test_the_disposition_is_owed_by_who_had_the_call_last(floor: Floor) -> None:
    floor.set(wrap_up=timedelta(seconds=10), dispositions={"sold": {"de": "a", "en": "a"}}, disposition_required=True)
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.BLIND)
    await _gone(floor, MIRA)
    await floor.press_one(JONAS)
    await floor.pass_time(11)
    assert await _at(floor, MIRA, JONAS) == ["available", "on-call"]
    await floor.hang_up(call)
    await _gone(floor, JONAS)
    await floor.pass_time(60)
    assert (await floor.state(call), await floor.presence(JONAS)) == ("wrap-up", "wrap-up")


async def test_somebody_outside_gets_the_call(floor: Floor) -> None:
    call, mira = await _talk(floor)
    await _pass(floor, mira, call, OUTSIDE, Kind.BLIND)
    await _gone(floor, MIRA)
    assert (await floor.state(call), await floor.presence(MIRA)) == ("connecting", "available")
    assert await floor.picks_up(call, Party.THIRD) is not None
    assert (await floor.state(call), await _wishes(floor)) == ("talking", ["conference", True, False])
    await floor.hang_up(call)
    await floor.reports_of(call, Party.THIRD, "completed")
    assert await floor.state(call) == "done"


async def test_somebody_outside_who_hangs_up_leaves_the_caller_to_the_farewell(floor: Floor) -> None:
    call, mira = await _talk(floor)
    await _pass(floor, mira, call, OUTSIDE, Kind.BLIND)
    await _gone(floor, MIRA)
    await floor.picks_up(call, Party.THIRD)
    await floor.reports_of(call, Party.THIRD, "completed")
    assert (await _wishes(floor))[-1] == "farewell"


@pytest.mark.parametrize("is_silent", [False, True])
async def test_somebody_outside_who_does_not_answer_gives_the_caller_back(floor: Floor, is_silent: bool) -> None:
    call, mira = await _talk(floor)
    await _pass(floor, mira, call, OUTSIDE, Kind.BLIND)
    await _gone(floor, MIRA)
    if is_silent:
        await floor.pass_time(66)
    else:
        await floor.reports_of(call, Party.THIRD, "busy")
    assert await floor.rung(call) == [MIRA]
    assert await floor.picks_up(call, Party.THIRD) is None


async def test_a_word_with_somebody_outside_then_all_three_then_without_the_agent(floor: Floor) -> None:
    call, mira = await _talk(floor)
    await _pass(floor, mira, call, OUTSIDE, Kind.WARM)
    await floor.picks_up(call, Party.THIRD)
    assert await floor.state(call) == "hold"
    await floor.does(passing.join, mira, call)
    await _gone(floor, MIRA)
    assert (await floor.state(call), (await _wishes(floor))[-1]) == ("talking", False)
    await floor.reports_of(call, Party.THIRD, "completed")
    assert (await _wishes(floor))[-1] == "farewell"


async def test_somebody_outside_who_was_asked_and_hangs_up_gives_the_customer_back(floor: Floor) -> None:
    call, mira = await _talk(floor)
    await _pass(floor, mira, call, OUTSIDE, Kind.WARM)
    await floor.picks_up(call, Party.THIRD)
    await floor.reports_of(call, Party.THIRD, "completed")
    assert (await floor.state(call), await floor.presence(MIRA)) == ("talking", "on-call")


@pytest.mark.parametrize("to", [MIRA, LENA, "Vera Blum", LINE, "+499001234567"])
async def test_who_cannot_be_rung_is_refused_and_the_customer_stays(floor: Floor, to: str) -> None:
    """Oneself, who is off duty, who has a call, our own line, a dear number."""
    call, mira = await _talk(floor, LENA, "Vera Blum")
    lena = await floor.does(lambda session, _now: agents.find_agent(session, LENA))
    vera = await floor.does(lambda session, _now: agents.find_agent(session, "Vera Blum"))
    await floor.does(
        lambda session, now: presence.set_presence(session, agents.actor_of(lena, "x"), Presence.OFFLINE, now)
    )
    floor.rule("other", routing="ordered", members=["Vera Blum"])
    await floor.caller("+493023125012", queue="other")
    assert await floor.presence(vera.name) == "reserved"
    with pytest.raises(CrmError):
        await _pass(floor, mira, call, to, Kind.BLIND)
    assert (await floor.state(call), await floor.presence(MIRA)) == ("talking", "on-call")


async def test_one_transfer_at_a_time(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS, LENA)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    with pytest.raises(CrmError) as refused:
        await _pass(floor, mira, call, LENA, Kind.WARM)
    assert refused.value.message.id == "transfer.under-way"
    with pytest.raises(CrmError):
        await floor.does(holding.resume, mira, call)


async def test_a_colleague_may_say_no_on_the_card(floor: Floor) -> None:
    call, mira = await _talk(floor, JONAS)
    await _pass(floor, mira, call, JONAS, Kind.WARM)
    jonas = agents.actor_of(await floor.does(lambda session, _now: agents.find_agent(session, JONAS)), "x")
    await floor.does(talks.decline, jonas, call)
    assert (await floor.state(call), await floor.presence(JONAS)) == ("talking", "available")
