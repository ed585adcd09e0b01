"""What callers do by themselves."""

from sqlalchemy import select

from crm_core.callcenter.calls import Call
from crm_core.support import tickets
from tests import people
from tests.scenarios.floor import GRETA, CallCentre, scenario


async def _greta(centre: CallCentre, *subjects: str, language: str = "de") -> None:
    async with centre.database.transaction() as session:
        greta = await people.add_contact(session, language=language)
        agent = people.as_actor(await people.add_agent(session, "Sam Carter"))
        for subject in subjects:
            await tickets.open_ticket(session, agent, subject=subject, contact_id=greta.id, now=centre.now)


@scenario
async def test_a_known_caller_is_greeted_by_name(centre: CallCentre) -> None:
    await _greta(centre)
    caller = await centre.call()
    assert "Greta Sommer" in caller.heard
    await caller.hang_up()
    await centre.end()
    assert await centre.states() == ["done"]


@scenario
async def test_english_is_offered_and_kept_for_the_next_call(centre: CallCentre) -> None:
    caller = await centre.call()
    assert "For English, press 9." in caller.heard
    await caller.press("9")
    assert "press 1" in caller.heard
    await caller.hang_up()
    again = await centre.call()
    assert "Welcome to Nordlicht" in again.heard
    await again.hang_up()


@scenario
async def test_a_problem_told_in_ones_own_words_is_a_ticket(centre: CallCentre) -> None:
    caller = await centre.call()
    await caller.press("2")
    await caller.say("Die Heizung im Keller ist kalt")
    assert "Sie haben gesagt: Die Heizung im Keller ist kalt" in caller.heard
    await caller.press("1")
    assert "T 1" in caller.heard
    await caller.hang_up()
    assert await centre.tickets() == ["Die Heizung im Keller ist kalt"]


@scenario
async def test_what_was_told_wrong_is_told_again(centre: CallCentre) -> None:
    caller = await centre.call()
    await caller.press("2")
    await caller.say("Die Heizung im Keller")
    await caller.press("2")
    await caller.say("Die Heizung im Dach")
    await caller.press("1")
    await caller.hang_up()
    assert await centre.tickets() == ["Die Heizung im Dach"]


@scenario
async def test_who_hangs_up_in_the_middle_of_telling_still_has_a_ticket(centre: CallCentre) -> None:
    caller = await centre.call()
    await caller.press("2")
    await caller.begin_saying("Im Keller steht")
    await caller.hang_up()
    await centre.end()
    assert await centre.tickets() == ["Im Keller steht"]


@scenario
async def test_who_hangs_up_before_sending_still_has_a_ticket(centre: CallCentre) -> None:
    caller = await centre.call()
    await caller.press("2")
    await caller.say("Der Kessel tropft")
    await caller.hang_up()
    await centre.end()
    assert await centre.tickets() == ["Der Kessel tropft"]


@scenario
async def test_the_status_of_ones_own_ticket_is_heard_without_its_number(centre: CallCentre) -> None:
    await _greta(centre, "Wärmepumpe brummt", "Bad wird nicht warm")
    caller = await centre.call()
    await caller.press("1")
    assert "Wärmepumpe brummt" in caller.heard
    await caller.say("die mit der Wärmepumpe")
    assert "noch niemand" in caller.heard
    await caller.hang_up()


@scenario
async def test_a_stranger_hears_of_no_ticket(centre: CallCentre) -> None:
    await _greta(centre, "Wärmepumpe brummt")
    caller = await centre.call("+493023125055")
    await caller.press("1")
    assert "Wärmepumpe" not in caller.heard
    await caller.hang_up()


@scenario
async def test_three_misunderstandings_lead_to_a_person(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.call()
    for _ in range(3):
        await caller.say("Rhabarber Rhabarber")
    await centre.talk(caller, "Mira Okafor")
    await caller.hang_up()


@scenario
async def test_silence_is_counted_as_a_misunderstanding(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.call()
    for _ in range(3):
        await caller.wait()
    await centre.talk(caller, "Mira Okafor")
    await caller.hang_up()


@scenario
async def test_a_wish_for_a_person_is_understood_anywhere(centre: CallCentre) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    caller = await centre.call()
    await caller.press("2")
    await caller.say("ich möchte einen Mitarbeiter sprechen")
    await centre.talk(caller, "Mira Okafor")
    await caller.hang_up()


@scenario
async def test_the_star_repeats(centre: CallCentre) -> None:
    caller = await centre.call()
    before = caller.heard
    await caller.press("*")
    assert caller.heard.count("drücken Sie die 1") > before.count("drücken Sie die 1")
    await caller.hang_up()


@scenario
async def test_a_caller_who_loses_the_signal_in_the_menu_leaves_nothing_open(centre: CallCentre) -> None:
    caller = await centre.call()
    await caller.lose_signal()
    await centre.end()
    assert await centre.states() == ["done"]


@scenario
async def test_a_message_left_from_the_menu_is_a_ticket(centre: CallCentre) -> None:
    caller = await centre.call()
    await caller.press("4")
    await caller.say("Bitte rufen Sie mich an")
    await centre.later(10)
    await centre.end()
    assert (await centre.states(), len(await centre.tickets())) == (["voicemail"], 1)


@scenario
async def test_twenty_callers_at_once_are_all_kept(centre: CallCentre) -> None:
    callers = [await centre.call(f"+4930231251{number:02}") for number in range(20)]
    for caller in callers:
        await caller.press("2")
        await caller.say(f"Heizung bei {caller.number[-2:]} kalt")
        await caller.press("1")
        await caller.hang_up()
    assert len(await centre.tickets()) == 20


@scenario
async def test_a_withheld_number_is_served_like_any_other(centre: CallCentre) -> None:
    caller = await centre.call("anonymous")
    await caller.press("2")
    await caller.say("Das Treppenhaus ist dunkel")
    await caller.press("1")
    await caller.hang_up()
    async with centre.database.transaction() as session:
        assert (await session.scalars(select(Call.from_number))).all() == [None]
    assert await centre.tickets() == ["Das Treppenhaus ist dunkel"]


@scenario
async def test_the_same_caller_twice_is_two_calls(centre: CallCentre) -> None:
    for _ in range(2):
        caller = await centre.call(GRETA)
        await caller.hang_up()
        await centre.later(60)
    await centre.end()
    assert await centre.states() == ["done", "done"]
