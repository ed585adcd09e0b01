"""A caller reaches an agent, or is told why not."""

from crm_core.agents import Presence
from crm_core.callcenter.legs import CallLeg
from telephony.simulator import Habit
from tests import people
from tests.scenarios.floor import GRETA, PHONES, CallCentre, scenario

HANS, PAUL = "+493023125011", "+493023125012"


@scenario
async def test_the_agent_who_is_free_is_rung_and_both_talk(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    agent = await centre.talk(caller, "Mira Okafor")
    assert agent.hears == [GRETA]
    await caller.hang_up()
    await centre.end()
    assert (await centre.states(), await centre.presence("Mira Okafor")) == (["done"], "available")


@scenario
async def test_whoever_hangs_up_first_the_call_is_done(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    agent = await centre.talk(caller, "Mira Okafor")
    await agent.hang_up()
    await centre.later(30)
    await caller.hang_up()
    await centre.end()
    assert (await centre.states(), await centre.presence("Mira Okafor")) == (["done"], "available")


@scenario
async def test_a_known_caller_is_announced_by_name_to_the_agent(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    async with centre.database.transaction() as session:
        await people.add_contact(session)
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    phone = await centre.rung("Mira Okafor")
    await phone.answer()
    assert "Greta Sommer" in phone.heard
    await phone.press("1")
    await caller.hang_up()


@scenario
async def test_two_callers_reach_two_agents(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor", "Jonas Weber")
    first, second = await centre.queued(GRETA), await centre.queued(HANS)
    await centre.take("Mira Okafor")
    await centre.take("Jonas Weber")
    await centre.until(lambda: bool(first.hears) and bool(second.hears), "both talks")
    for caller in (first, second):
        await caller.hang_up()


@scenario
async def test_the_next_in_line_is_rung_when_an_agent_is_free_again(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    first, second = await centre.queued(GRETA), await centre.queued(HANS)
    await centre.talk(first, "Mira Okafor")
    await first.hang_up()
    await centre.talk(second, "Mira Okafor")
    await second.hang_up()
    await centre.end()
    assert await centre.states() == ["done", "done"]


@scenario
async def test_who_does_not_pick_up_is_passed_by(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle", ring_for="20s")
    await centre.hire("Mira Okafor", "Jonas Weber")
    caller = await centre.queued()
    await (await centre.rung("Mira Okafor")).ignore()
    await centre.talk(caller, "Jonas Weber")
    await caller.hang_up()


@scenario
async def test_who_declines_on_the_phone_is_passed_by_and_stays_on_duty(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor", "Jonas Weber")
    caller = await centre.queued()
    await (await centre.rung("Mira Okafor")).decline()
    await centre.talk(caller, "Jonas Weber")
    await caller.hang_up()
    await centre.end()
    assert await centre.presence("Mira Okafor") == "available"


@scenario
async def test_a_mailbox_that_answers_never_gets_a_customer(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle", ring_for="20s")
    await centre.hire("Mira Okafor", "Jonas Weber")
    centre.twilio.handset(PHONES["Mira Okafor"]).habit = Habit.MAILBOX
    caller = await centre.queued()
    await centre.later(40)
    await centre.talk(caller, "Jonas Weber")
    assert caller.hears == [PHONES["Jonas Weber"]]
    await caller.hang_up()


@scenario
async def test_an_agent_whose_phone_is_off_is_made_away_and_does_not_hold_callers_up(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle", ring_for="20s")
    await centre.hire("Mira Okafor")
    centre.twilio.handset(PHONES["Mira Okafor"]).habit = Habit.MAILBOX
    caller = await centre.queued()
    await centre.later(240)
    assert await centre.presence("Mira Okafor") == "away"
    await caller.hang_up()


@scenario
async def test_all_phones_ring_and_the_first_has_the_caller(centre: CallCentre) -> None:
    centre.rule(routing="ring-all")
    await centre.hire("Mira Okafor", "Jonas Weber", "Lena Brandt")
    caller = await centre.queued()
    await centre.until(lambda: any(map(centre.rings, PHONES)), "any ringing")
    if centre.is_good_day:
        assert [centre.rings(name) for name in PHONES] == [True, True, True]
    await centre.talk(caller, next(name for name in PHONES if centre.rings(name)))
    await centre.later(10)
    assert [centre.rings(name) for name in PHONES] == [False, False, False]
    await caller.hang_up()


@scenario
async def test_two_press_one_and_the_second_hears_who_was_quicker(centre: CallCentre) -> None:
    centre.rule(routing="ring-all")
    await centre.hire("Mira Okafor", "Jonas Weber")
    caller = await centre.queued()
    mira, jonas = await centre.rung("Mira Okafor"), await centre.rung("Jonas Weber")
    await jonas.answer()
    await mira.answer()
    await mira.press("1")
    if not jonas.is_over:
        await jonas.press("1")
        assert "Mira Okafor" in jonas.heard or jonas.is_over
    await caller.hang_up()
    await centre.end()
    assert await centre.presence("Jonas Weber") == "available"


@scenario
async def test_an_agent_accepts_in_chat_and_is_rung(centre: CallCentre) -> None:
    centre.rule(routing="by-hand", ring_after=None)
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    await centre.later(60)
    assert not centre.rings("Mira Okafor")
    assert "CALL-1" in (await centre.say("Mira Okafor", "accept CALL-1")).text
    await centre.talk(caller, "Mira Okafor")
    await caller.hang_up()


@scenario
async def test_nobody_looks_at_the_card_so_a_phone_rings_all_the_same(centre: CallCentre) -> None:
    centre.rule(routing="by-hand", ring_after="30s")
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    assert not centre.rings("Mira Okafor")
    await centre.later(31)
    await centre.talk(caller, "Mira Okafor")
    await caller.hang_up()


@scenario
async def test_the_second_who_accepts_in_chat_hears_who_has_it(centre: CallCentre) -> None:
    centre.rule(routing="by-hand", ring_after=None)
    await centre.hire("Mira Okafor", "Jonas Weber")
    caller = await centre.queued()
    await centre.say("Mira Okafor", "accept CALL-1")
    assert "Mira Okafor" in (await centre.say("Jonas Weber", "accept CALL-1")).text
    await centre.talk(caller, "Mira Okafor")
    assert centre.dialled(PHONES["Jonas Weber"]) == 0
    await caller.hang_up()


@scenario
async def test_an_agent_on_a_call_is_not_offered_another(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    first = await centre.queued(GRETA)
    await centre.talk(first, "Mira Okafor")
    second = await centre.queued(HANS)
    await centre.later(60)
    assert not centre.rings("Mira Okafor")
    assert "Mira Okafor" in (await centre.say("Mira Okafor", "accept CALL-2")).text
    for caller in (second, first):
        await caller.hang_up()


@scenario
async def test_who_goes_away_during_a_call_is_not_rung_afterwards(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor", "Jonas Weber")
    first = await centre.queued(GRETA)
    await centre.talk(first, "Mira Okafor")
    await centre.say("Mira Okafor", "away")
    await first.hang_up()
    second = await centre.queued(HANS)
    await centre.talk(second, "Jonas Weber")
    await second.hang_up()
    await centre.end()
    assert await centre.presence("Mira Okafor") == Presence.AWAY


@scenario
async def test_a_speaker_of_the_callers_language_is_rung(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor", languages=["en"])
    await centre.hire("Jonas Weber", languages=["de"])
    caller = await centre.queued()
    await centre.talk(caller, "Jonas Weber")
    assert centre.dialled(PHONES["Mira Okafor"]) == 0
    await caller.hang_up()


@scenario
async def test_where_nobody_speaks_the_language_a_message_is_left(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor", languages=["en"])
    caller = await centre.queued()
    assert caller.doing == "recording"
    await caller.say("Bitte rufen Sie zurück")
    await centre.later(10)
    await centre.end()
    assert await centre.states() == ["voicemail"]


@scenario
async def test_the_one_who_talked_to_them_last_is_rung_again(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    async with centre.database.transaction() as session:
        await people.add_contact(session)
    await centre.hire("Mira Okafor", "Jonas Weber")
    first = await centre.queued()
    await centre.talk(first, "Mira Okafor")
    await first.hang_up()
    await centre.later(600)
    second = await centre.queued()
    await centre.talk(second, "Mira Okafor")
    await second.hang_up()


@scenario
async def test_no_phone_is_rung_twice_for_one_offer(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    await centre.talk(caller, "Mira Okafor")
    await caller.hang_up()
    await centre.end()
    assert centre.dialled(PHONES["Mira Okafor"]) <= await centre.count(CallLeg)


@scenario
async def test_three_callers_are_served_in_the_order_they_came(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    callers = []
    await centre.hire("Mira Okafor")
    busy = await centre.queued("+493023125099")
    await centre.talk(busy, "Mira Okafor")
    for number in (GRETA, HANS, PAUL):
        callers.append(await centre.queued(number))
        await centre.later(2)
    await busy.hang_up()
    for caller in callers:
        await centre.talk(caller, "Mira Okafor")
        await caller.hang_up()
