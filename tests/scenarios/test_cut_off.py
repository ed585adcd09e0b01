"""Bad reception: who is cut off and calls again soon goes on where they were."""

from datetime import timedelta

from sqlalchemy import select

from crm_core.agents import Role
from crm_core.callcenter import emergencies, floor, missed
from crm_core.callcenter.calls import Call
from crm_core.callcenter.emergencies import Action
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.service import Served
from telephony.simulator import Call as PhoneCall
from tests.scenarios.floor import GRETA, CallCentre, scenario

HANS, PAUL = "+493023125011", "+493023125012"
OFFER = "weiterzumachen, wo wir waren"


async def _busy(centre: CallCentre) -> PhoneCall:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    other = await centre.queued("+493023125099")
    await centre.talk(other, "Mira Okafor")
    return other


async def _cut(centre: CallCentre, caller: PhoneCall, call_id: int) -> None:
    """The radio is gone; the carrier has noticed, and we know of it, unasked or by asking."""
    await caller.lose_signal()
    for _ in range(90):
        await centre.later(5)
        if (await centre.the_call(call_id)).ended_at is not None:
            return
    raise AssertionError("the end of the call was not known within eight minutes")


async def _entry(centre: CallCentre, call_id: int) -> QueueEntry:
    async with centre.database.transaction() as session:
        return (await session.scalars(select(QueueEntry).where(QueueEntry.call_id == call_id))).one()


async def _resumed(centre: CallCentre) -> list[int | None]:
    async with centre.database.transaction() as session:
        return list(await session.scalars(select(Call.resumes_id).order_by(Call.id)))


async def _missed(centre: CallCentre) -> list[int]:
    async with centre.database.transaction() as session:
        return [call.id for call in await missed.to_return(session, centre.now)]


async def _served(centre: CallCentre) -> Served:
    async with centre.database.transaction() as session:
        return (await floor.look(session, centre.actors["Mira Okafor"], centre.now)).served


@scenario
async def test_who_is_cut_off_while_waiting_keeps_the_place(centre: CallCentre) -> None:
    other = await _busy(centre)
    first = await centre.queued(GRETA)
    await centre.later(5)
    second = await centre.queued(HANS)
    await _cut(centre, first, 2)
    back = await centre.call(GRETA)
    assert OFFER in back.heard
    await back.press("1")
    was, now = await _entry(centre, 2), await _entry(centre, 4)
    assert (now.joined_at, now.rank_at) == (was.joined_at, was.rank_at)
    await other.hang_up()
    await centre.talk(back, "Mira Okafor")
    card = await centre.say("Mira Okafor", "show CALL-4")
    assert "same caller as CALL-2, cut off while waiting" in card.text + str(card.parts)
    await back.hang_up()
    await centre.talk(second, "Mira Okafor")
    await second.hang_up()
    assert await _resumed(centre) == [None, None, None, 2]


@scenario
async def test_who_came_back_in_time_was_not_missed(centre: CallCentre) -> None:
    other = await _busy(centre)
    first = await centre.queued(GRETA)
    await centre.later(30)
    await _cut(centre, first, 2)
    assert await _missed(centre) == [2]
    back = await centre.call(GRETA)
    await back.press("1")
    assert await _missed(centre) == []
    await other.hang_up()
    await centre.talk(back, "Mira Okafor")
    await back.hang_up()
    await centre.end()
    assert await _missed(centre) == []
    assert await centre.states() == ["done", "abandoned", "done"]
    assert (await _served(centre)).abandoned == 0


@scenario
async def test_a_half_told_ticket_is_told_to_its_end(centre: CallCentre) -> None:
    caller = await centre.call()
    await caller.press("2")
    await caller.begin_saying("Im Keller steht")
    await _cut(centre, caller, 1)
    assert await centre.tickets() == ["Im Keller steht"]
    back = await centre.call()
    await back.press("1")
    assert "Bisher haben Sie gesagt: Im Keller steht" in back.heard
    await back.say("das Wasser")
    assert "Sie haben gesagt: Im Keller steht das Wasser" in back.heard
    await back.press("1")
    assert await centre.tickets() == ["Im Keller steht das Wasser"]
    await back.hang_up()


@scenario
async def test_a_ticket_that_was_told_and_not_sent_is_only_confirmed(centre: CallCentre) -> None:
    caller = await centre.call()
    await caller.press("2")
    await caller.say("Im Keller steht das Wasser")
    await _cut(centre, caller, 1)
    back = await centre.call()
    await back.press("1")
    assert "Sie haben gesagt: Im Keller steht das Wasser" in back.heard
    await back.press("1")
    await back.hang_up()
    assert await centre.tickets() == ["Im Keller steht das Wasser"]


@scenario
async def test_who_is_cut_off_twice_while_telling_loses_nothing(centre: CallCentre) -> None:
    caller = await centre.call()
    await caller.press("2")
    await caller.begin_saying("Im Keller")
    await _cut(centre, caller, 1)
    again = await centre.call()
    await again.press("1")
    await again.begin_saying("steht")
    await _cut(centre, again, 2)
    assert await centre.tickets() == ["Im Keller steht"]
    last = await centre.call()
    await last.press("1")
    await last.press("1")
    assert "Sie haben gesagt: Im Keller steht" in last.heard
    await last.press("1")
    await last.hang_up()
    assert await centre.tickets() == ["Im Keller steht"]


@scenario
async def test_who_is_cut_off_from_a_talk_gets_the_same_agent_before_all_others(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    centre.set(wrap_up=timedelta(minutes=10))
    await centre.hire("Mira Okafor")
    caller = await centre.queued(GRETA)
    agent = await centre.talk(caller, "Mira Okafor")
    waiting = await centre.queued(HANS)
    await _cut(centre, caller, 1)
    await centre.until(lambda: agent.is_over, "the end of the talk")
    back = await centre.call(GRETA)
    assert OFFER in back.heard
    await back.press("1")
    await centre.talk(back, "Mira Okafor")
    card = await centre.say("Mira Okafor", "show CALL-3")
    assert "cut off while talking to Mira Okafor" in card.text + str(card.parts)
    await back.hang_up()
    await waiting.hang_up()
    await centre.end()
    assert await centre.states() == ["done", "abandoned", "done"]


@scenario
async def test_the_agent_they_talked_to_comes_before_who_waited_longer(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor", "Jonas Weber")
    caller = await centre.queued(GRETA)
    await centre.talk(caller, "Mira Okafor")
    await _cut(centre, caller, 1)
    await centre.later(5)
    back = await centre.call(GRETA)
    await back.press("1")
    await centre.talk(back, "Mira Okafor")
    await back.hang_up()


@scenario
async def test_who_heard_the_farewell_of_the_agent_was_not_cut_off(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.queued(GRETA)
    agent = await centre.talk(caller, "Mira Okafor")
    await agent.hang_up()
    await centre.until(lambda: "Auf Wiederhören" in caller.heard or caller.is_over, "the farewell")
    await centre.later(10)
    if not caller.is_over:
        await caller.hang_up()
    await centre.later(30)
    back = await centre.call(GRETA)
    assert OFFER not in back.heard
    await back.hang_up()


@scenario
async def test_after_eleven_minutes_it_is_an_ordinary_call(centre: CallCentre) -> None:
    other = await _busy(centre)
    first = await centre.queued(GRETA)
    await first.lose_signal()
    await centre.later(11 * 60 + 15)
    back = await centre.call(GRETA)
    assert OFFER not in back.heard
    await back.hang_up()
    await other.hang_up()


@scenario
async def test_the_question_is_asked_once(centre: CallCentre) -> None:
    other = await _busy(centre)
    first = await centre.queued(GRETA)
    await _cut(centre, first, 2)
    back = await centre.call(GRETA)
    await back.press("2")
    assert OFFER not in back.prompts[-1].text
    assert "Für Ihre Anliegen drücken Sie die 1" in back.heard
    await back.hang_up()
    again = await centre.call(GRETA)
    assert OFFER not in again.heard
    for one in (again, other):
        await one.hang_up()


@scenario
async def test_who_says_nothing_hears_the_menu(centre: CallCentre) -> None:
    other = await _busy(centre)
    first = await centre.queued(GRETA)
    await _cut(centre, first, 2)
    back = await centre.call(GRETA)
    await back.wait()
    assert "Für Ihre Anliegen drücken Sie die 1" in back.heard
    for one in (back, other):
        await one.hang_up()


@scenario
async def test_a_house_that_offers_nothing_has_ordinary_calls(centre: CallCentre) -> None:
    centre.set(cut_off_minutes=0)
    other = await _busy(centre)
    first = await centre.queued(GRETA)
    await _cut(centre, first, 2)
    back = await centre.call(GRETA)
    assert OFFER not in back.heard
    for one in (back, other):
        await one.hang_up()


@scenario
async def test_nobody_goes_on_waiting_in_a_house_that_an_emergency_has_closed(centre: CallCentre) -> None:
    other = await _busy(centre)
    first = await centre.queued(GRETA)
    await _cut(centre, first, 2)
    await centre.hire("Lena Brandt", role=Role.LEAD, on_duty=False)
    async with centre.database.transaction() as session:
        until = centre.now + timedelta(hours=1)
        lead = centre.actors["Lena Brandt"]
        await emergencies.declare(session, lead, {"de": "Stromausfall"}, until, centre.now, action=Action.CLOSE)
    back = await centre.call(GRETA)
    assert OFFER not in back.heard
    for one in (back, other):
        await one.hang_up()


@scenario
async def test_who_wants_to_go_on_when_the_house_has_just_closed_leaves_a_message(centre: CallCentre) -> None:
    other = await _busy(centre)
    first = await centre.queued(GRETA)
    await _cut(centre, first, 2)
    back = await centre.call(GRETA)
    assert OFFER in back.heard
    centre.close()
    await back.press("1")
    assert back.doing == "recording"
    for one in (back, other):
        await one.hang_up()


@scenario
async def test_what_was_told_is_kept_over_the_closing_hour(centre: CallCentre) -> None:
    caller = await centre.call()
    await caller.press("2")
    await caller.begin_saying("Im Keller steht")
    await _cut(centre, caller, 1)
    centre.close()
    back = await centre.call()
    await back.press("1")
    await back.say("das Wasser")
    await back.press("1")
    await back.hang_up()
    assert await centre.tickets() == ["Im Keller steht das Wasser"]


@scenario
async def test_of_two_phones_that_share_a_number_one_is_asked(centre: CallCentre) -> None:
    other = await _busy(centre)
    first = await centre.queued(GRETA)
    await centre.later(5)
    second = await centre.queued(GRETA)
    assert OFFER not in second.heard
    await _cut(centre, first, 2)
    back = await centre.call(GRETA)
    assert OFFER in back.heard
    colleague = await centre.call(GRETA)
    assert OFFER not in colleague.heard
    await back.press("1")
    assert (await _entry(centre, 4)).rank_at == (await _entry(centre, 2)).rank_at
    for one in (second, back, colleague, other):
        await one.hang_up()


@scenario
async def test_who_withholds_the_number_cannot_be_known_again(centre: CallCentre) -> None:
    other = await _busy(centre)
    first = await centre.queued("anonymous")
    await _cut(centre, first, 2)
    back = await centre.call("anonymous")
    assert OFFER not in back.heard
    for one in (back, other):
        await one.hang_up()


@scenario
async def test_the_question_is_asked_in_english_too(centre: CallCentre) -> None:
    other = await _busy(centre)
    first = await centre.queued(GRETA)
    await _cut(centre, first, 2)
    back = await centre.call(GRETA)
    await back.press("9")
    assert "To go on where we were, press 1" in back.heard
    await back.say("yes please")
    assert (await _entry(centre, 3)).rank_at == (await _entry(centre, 2)).rank_at
    for one in (back, other):
        await one.hang_up()
