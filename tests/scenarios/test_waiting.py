"""Callers wait, give up, leave a message, or want to be called back."""

from datetime import timedelta

from sqlalchemy import select

from crm_core.callcenter.callback_requests import CallbackRequest
from crm_core.callcenter.offers import Offer
from crm_core.contacts import tags
from telephony.simulator import Call as PhoneCall
from tests import people
from tests.scenarios.floor import GRETA, PHONES, CallCentre, scenario

HANS, PAUL = "+493023125011", "+493023125012"


async def _busy(centre: CallCentre) -> None:
    """One agent, who talks to somebody else."""
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    other = await centre.queued("+493023125099")
    await centre.talk(other, "Mira Okafor")


async def _over(centre: CallCentre) -> None:
    """That talk ends."""
    await centre.twilio.phone("+493023125099").hang_up()


async def _called_back(centre: CallCentre) -> PhoneCall:
    """Greta's phone, which rings."""
    await centre.until(lambda: centre.twilio.ringing(GRETA) is not None, "the call back")
    found = centre.twilio.ringing(GRETA)
    assert found is not None
    return found


@scenario
async def test_who_hangs_up_while_waiting_has_given_up(centre: CallCentre) -> None:
    await _busy(centre)
    caller = await centre.queued()
    await centre.later(45)
    await caller.hang_up()
    await _over(centre)
    await centre.end()
    assert await centre.states() == ["done", "abandoned"]
    assert centre.dialled(PHONES["Mira Okafor"]) == 1


@scenario
async def test_a_waiting_caller_hears_the_place_and_the_ways_out(centre: CallCentre) -> None:
    await _busy(centre)
    caller = await centre.queued()
    assert "Sie sind als Nächstes dran" in caller.heard
    second = await centre.queued(HANS)
    assert "Sie sind Nummer 2" in second.heard
    for one in (caller, second):
        await one.hang_up()
    await _over(centre)


@scenario
async def test_nobody_hears_an_estimate_before_there_is_one(centre: CallCentre) -> None:
    await _busy(centre)
    caller = await centre.queued()
    assert "Minuten dauern" not in caller.heard
    await caller.hang_up()
    await _over(centre)


@scenario
async def test_after_some_calls_the_wait_is_told_in_minutes(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    for number in range(5):
        caller = await centre.queued(f"+4930231250{20 + number}")
        await centre.talk(caller, "Mira Okafor")
        await centre.later(100)
        await caller.hang_up()
        await centre.later(20)
    busy = await centre.queued(HANS)
    await centre.talk(busy, "Mira Okafor")
    waiting = await centre.queued(GRETA)
    assert "Minuten dauern" in waiting.heard
    for one in (waiting, busy):
        await one.hang_up()


@scenario
async def test_who_presses_one_is_called_back_when_somebody_is_free(centre: CallCentre) -> None:
    await _busy(centre)
    caller = await centre.queued()
    await caller.press("1")
    assert "Wir rufen Sie" in caller.heard
    await _over(centre)
    await centre.take("Mira Okafor")
    customer = await _called_back(centre)
    await customer.answer()
    await centre.until(lambda: customer.hears == [PHONES["Mira Okafor"]], "the agent's voice")
    await customer.hang_up()
    await centre.end()
    assert await centre.states() == ["done", "callback", "done"]
    assert centre.dialled(GRETA) == 1


@scenario
async def test_who_wants_a_call_back_keeps_the_place_before_who_came_later(centre: CallCentre) -> None:
    await _busy(centre)
    first = await centre.queued(GRETA)
    await centre.later(5)
    second = await centre.queued(HANS)
    await first.press("1")
    await _over(centre)
    await centre.take("Mira Okafor")
    customer = await _called_back(centre)
    await customer.decline()
    await centre.talk(second, "Mira Okafor")
    await second.hang_up()


@scenario
async def test_a_customer_who_does_not_answer_the_call_back_is_not_dialled_again(centre: CallCentre) -> None:
    await _busy(centre)
    caller = await centre.queued()
    await caller.press("1")
    await _over(centre)
    await centre.take("Mira Okafor")
    customer = await _called_back(centre)
    await customer.ignore()
    await centre.end()
    assert (await centre.states())[2] == "failed"
    assert (centre.dialled(GRETA), await centre.presence("Mira Okafor")) == (1, "available")


@scenario
async def test_a_call_back_is_one_however_often_it_is_asked_for(centre: CallCentre) -> None:
    await _busy(centre)
    caller = await centre.queued()
    await caller.press("1")
    await centre.later(5)
    assert await centre.count(CallbackRequest) == 1
    assert [subject.startswith("Rückruf") for subject in await centre.tickets()] == [True]
    await _over(centre)
    await centre.take("Mira Okafor")
    await (await _called_back(centre)).decline()


@scenario
async def test_a_withheld_caller_who_wants_a_call_back_is_asked_for_a_message(centre: CallCentre) -> None:
    await _busy(centre)
    caller = await centre.queued("anonymous")
    await caller.press("2")
    assert caller.doing == "recording"
    await caller.say("Meine Nummer ist null drei null")
    await centre.later(10)
    await _over(centre)
    await centre.end()
    assert (await centre.states())[1] == "voicemail"


@scenario
async def test_who_presses_two_leaves_a_message_that_is_a_ticket(centre: CallCentre) -> None:
    await _busy(centre)
    caller = await centre.queued()
    await caller.press("2")
    await caller.say("Die Heizung ist kalt")
    await centre.later(10)
    assert len(await centre.tickets()) == 1
    await _over(centre)
    await centre.end()
    assert (await centre.states())[1] == "voicemail"


@scenario
async def test_an_empty_message_is_no_ticket(centre: CallCentre) -> None:
    await _busy(centre)
    caller = await centre.queued()
    await caller.press("2")
    await centre.later(30)
    assert caller.is_over
    assert await centre.tickets() == []
    await _over(centre)


@scenario
async def test_who_hangs_up_in_the_middle_of_a_message_has_left_it(centre: CallCentre) -> None:
    await _busy(centre)
    caller = await centre.queued()
    await caller.press("2")
    await caller.say("Hier ist Greta, bitte")
    await caller.hang_up()
    await centre.later(5)
    assert len(await centre.tickets()) == 1
    await _over(centre)


@scenario
async def test_nobody_is_on_duty_so_a_message_is_asked_for_at_once(centre: CallCentre) -> None:
    await centre.hire("Mira Okafor", on_duty=False)
    caller = await centre.queued()
    assert caller.doing == "recording"
    await caller.hang_up()
    await centre.end()
    assert (await centre.states(), (await centre.the_call()).queue) == (["abandoned"], "support")


@scenario
async def test_who_finds_nobody_there_and_leaves_a_message_has_not_given_up(centre: CallCentre) -> None:
    await centre.hire("Mira Okafor", on_duty=False)
    caller = await centre.queued()
    await caller.say("Hier ist Greta, bitte")
    await caller.hang_up()
    await centre.end()
    assert (await centre.states(), len(await centre.tickets())) == (["voicemail"], 1)


@scenario
async def test_who_calls_when_it_is_closed_has_not_given_up(centre: CallCentre) -> None:
    await centre.hire("Mira Okafor")
    centre.close()
    caller = await centre.queued()
    await caller.hang_up()
    await centre.end()
    assert await centre.states() == ["done"]


@scenario
async def test_the_last_agent_goes_away_and_nobody_waits_for_nobody(centre: CallCentre) -> None:
    centre.rule(routing="by-hand", ring_after=None)
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    await centre.say("Mira Okafor", "away")
    await centre.until(lambda: "Gerade ist niemand" in caller.heard, "the way out")
    await caller.hang_up()


@scenario
async def test_who_waits_too_long_goes_on_to_another_queue(centre: CallCentre) -> None:
    centre.rule("sales", routing="longest-idle", members=["Jonas Weber"])
    centre.rule(routing="longest-idle", members=["Mira Okafor"], overflow={"after": "60s", "queue": "sales"})
    await centre.hire("Mira Okafor", "Jonas Weber")
    other = await centre.queued("+493023125099")
    await centre.talk(other, "Mira Okafor")
    caller = await centre.queued()
    await centre.later(90)
    await centre.talk(caller, "Jonas Weber")
    for one in (caller, other):
        await one.hang_up()


@scenario
async def test_who_waits_too_long_can_leave_a_message(centre: CallCentre) -> None:
    await _busy(centre)
    centre.rule(routing="longest-idle", overflow={"after": "60s"})
    caller = await centre.queued()
    await centre.later(50)
    assert "Gerade ist niemand" not in caller.heard
    await centre.until(lambda: "Gerade ist niemand" in caller.heard, "the way out")
    await caller.hang_up()
    await _over(centre)
    await centre.end()
    assert (await centre.states())[1] == "abandoned"


@scenario
async def test_who_waits_too_long_can_leave_a_message_while_music_plays(centre: CallCentre) -> None:
    """The time is over in the middle of it, and of a phone that rings in vain."""
    centre.rule(routing="longest-idle", overflow={"after": "70s"}, music="https://example.com/an-hour.mp3")
    centre.set(missed_offers=20)
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    await centre.later(60)
    assert "Gerade ist niemand" not in caller.heard
    await centre.until(lambda: "Gerade ist niemand" in caller.heard, "the way out")
    await caller.say("Die Heizung ist kalt")
    await centre.later(10)
    await centre.end()
    assert await centre.states() == ["voicemail"]


@scenario
async def test_a_vip_passes_the_others(centre: CallCentre) -> None:
    async with centre.database.transaction() as session:
        greta = await people.add_contact(session)
        await tags.put(session, greta.id, "vip")
    await _busy(centre)
    ordinary = await centre.queued(HANS)
    await centre.later(30)
    vip = await centre.queued(GRETA)
    await _over(centre)
    await centre.talk(vip, "Mira Okafor")
    for one in (vip, ordinary):
        await one.hang_up()


@scenario
async def test_who_waited_long_enough_is_passed_by_nobody(centre: CallCentre) -> None:
    async with centre.database.transaction() as session:
        greta = await people.add_contact(session)
        await tags.put(session, greta.id, "vip")
    await _busy(centre)
    ordinary = await centre.queued(HANS)
    await centre.later(timedelta(minutes=4).total_seconds())
    vip = await centre.queued(GRETA)
    await _over(centre)
    await centre.talk(ordinary, "Mira Okafor")
    for one in (vip, ordinary):
        await one.hang_up()


@scenario
async def test_the_caller_is_gone_while_a_phone_rings(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    await centre.rung("Mira Okafor")
    await caller.hang_up()
    await centre.later(20)
    assert not centre.rings("Mira Okafor")
    await centre.end()
    assert (await centre.states(), await centre.presence("Mira Okafor")) == (["abandoned"], "available")


@scenario
async def test_the_caller_is_gone_while_the_agent_picks_up(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    phone = await centre.rung("Mira Okafor")
    await phone.answer()
    await caller.hang_up()
    if not phone.is_over:
        await phone.press("1")
    await centre.end()
    assert await centre.presence("Mira Okafor") == "available"


@scenario
async def test_who_was_cut_off_from_the_agent_gets_back_with_one_key(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    agent = await centre.talk(caller, "Mira Okafor")
    await agent.hang_up()
    await centre.until(lambda: "noch einmal mit jemandem" in caller.heard, "the farewell")
    await caller.press("1")
    await centre.talk(caller, "Mira Okafor")
    await caller.hang_up()


@scenario
async def test_a_caller_loses_the_signal_in_the_queue(centre: CallCentre) -> None:
    await _busy(centre)
    caller = await centre.queued()
    await caller.lose_signal()
    await centre.later(30)
    await _over(centre)
    await centre.end()
    assert (await centre.states())[1] == "abandoned"


@scenario
async def test_an_agent_loses_the_signal_in_a_talk(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    agent = await centre.talk(caller, "Mira Okafor")
    await agent.lose_signal()
    await centre.later(60)
    assert not caller.is_over or "Auf Wiederhören" in caller.heard
    await caller.hang_up()


@scenario
async def test_who_gives_up_while_a_phone_rings_for_them_leaves_the_agent_to_the_next_one(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    first = await centre.queued(GRETA)
    second = await centre.queued(HANS)
    await centre.rung("Mira Okafor")
    await first.hang_up()
    # Long before the offer expires, or everything is checked; on a bad day the wish to hang up is refused now and then.
    await centre.later(10 if centre.is_good_day else 40)
    async with centre.database.transaction() as session:
        rung_for = await session.scalars(select(Offer.call_id).where(Offer.ended_at.is_(None)))
        assert list(rung_for) == [2]
    await centre.talk(second, "Mira Okafor")
    await second.hang_up()
    await centre.end()
    assert await centre.states() == ["abandoned", "done"]


@scenario
async def test_who_is_cut_off_after_a_long_talk_begins_to_wait_anew(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle", overflow={"after": "60s"})
    await centre.hire("Mira Okafor")
    caller = await centre.queued()
    agent = await centre.talk(caller, "Mira Okafor")
    await centre.later(300)
    await agent.hang_up()
    await centre.until(lambda: "Gespräch ist beendet" in caller.heard, "farewell")
    await caller.press("1")
    await centre.rung("Mira Okafor")
    assert "Gerade ist niemand" not in caller.heard
    await centre.talk(caller, "Mira Okafor")
    await caller.hang_up()


@scenario
async def test_a_key_is_heard_while_music_plays(centre: CallCentre) -> None:
    await _busy(centre)
    caller = await centre.queued()
    await centre.later(25)
    await centre.until(lambda: caller.doing == "gathering", "the question")
    await caller.press("2")
    await centre.until(lambda: caller.doing == "recording", "the beep")
    await caller.hang_up()
    await _over(centre)
