"""Wrap-up, dispositions, presence, and what is left when a call is over."""

from datetime import timedelta

from crm_core.projects.hours import Hours
from tests.scenarios.floor import GRETA, CallCentre, scenario

HANS = "+493023125011"
DISPOSITIONS = {"sold": {"de": "verkauft", "en": "sold"}, "later": {"de": "später", "en": "later"}}


@scenario
async def test_the_wrap_up_keeps_the_next_caller_waiting(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    centre.set(wrap_up=timedelta(seconds=60))
    await centre.hire("Mira Okafor")
    first, second = await centre.queued(GRETA), await centre.queued(HANS)
    await centre.talk(first, "Mira Okafor")
    await first.hang_up()
    await centre.later(30)
    assert not centre.rings("Mira Okafor")
    await centre.talk(second, "Mira Okafor")
    await second.hang_up()


@scenario
async def test_a_disposition_ends_the_wrap_up(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    centre.set(wrap_up=timedelta(minutes=30), dispositions=DISPOSITIONS)
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    await centre.talk(caller, "Mira Okafor")
    await caller.hang_up()
    await centre.later(360)
    assert await centre.presence("Mira Okafor") == "wrap-up"
    assert "sold" in (await centre.say("Mira Okafor", "disposition CALL-1 sold")).text
    assert await centre.presence("Mira Okafor") == "available"
    await centre.end()
    assert (await centre.the_call()).disposition == "sold"


@scenario
async def test_a_disposition_can_be_said_during_the_talk(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    centre.set(dispositions=DISPOSITIONS, disposition_required=True)
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    await centre.talk(caller, "Mira Okafor")
    await centre.say("Mira Okafor", "Ergebnis CALL-1 später")
    await caller.hang_up()
    await centre.end()
    assert (await centre.the_call()).disposition == "later"
    assert await centre.presence("Mira Okafor") == "available"


@scenario
async def test_who_owes_a_disposition_gets_no_caller_until_it_is_there(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    centre.set(dispositions=DISPOSITIONS, disposition_required=True)
    await centre.hire("Mira Okafor")
    first = await centre.queued(GRETA)
    await centre.talk(first, "Mira Okafor")
    await first.hang_up()
    second = await centre.queued(HANS)
    await centre.later(400)
    assert not centre.rings("Mira Okafor")
    await centre.say("Mira Okafor", "disposition CALL-1 later")
    await centre.talk(second, "Mira Okafor")
    await centre.say("Mira Okafor", "disposition CALL-2 later")
    await second.hang_up()


@scenario
async def test_the_hours_of_a_talk_are_offered_once(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    await centre.talk(caller, "Mira Okafor")
    await centre.later(120)
    await caller.hang_up()
    await centre.end()
    assert await centre.count(Hours) == 1


@scenario
async def test_the_talk_is_as_long_as_it_was(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    await centre.talk(caller, "Mira Okafor")
    await centre.later(300)
    await caller.hang_up()
    await centre.end()
    call = await centre.the_call()
    assert call.talk_began_at is not None and call.talk_ended_at is not None
    assert timedelta(seconds=299) <= call.talk_ended_at - call.talk_began_at <= timedelta(minutes=6)


@scenario
async def test_an_abandoned_call_was_nobodys(centre: CallCentre) -> None:
    centre.rule(routing="by-hand", ring_after=None)
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    await centre.later(30)
    await caller.hang_up()
    await centre.end()
    call = await centre.the_call()
    assert (call.state, call.agent_id, call.talk_began_at) == ("abandoned", None, None)


@scenario
async def test_who_comes_back_on_duty_is_rung_for_who_waits(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor", "Jonas Weber")
    other = await centre.queued(HANS)
    await centre.talk(other, "Mira Okafor")
    await centre.say("Jonas Weber", "away")
    caller = await centre.queued(GRETA)
    await centre.later(20)
    await centre.say("Jonas Weber", "available")
    await centre.talk(caller, "Jonas Weber")
    for one in (caller, other):
        await one.hang_up()
