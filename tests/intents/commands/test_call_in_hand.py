"""What agents say while they have a call in hand, and what the card offers them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core.agents import SYSTEM, Agent, Presence, Role
from crm_core.callcenter import (
    arrivals,
    callbacks,
    calls,
    ending,
    legs,
    presence,
    queues,
    recordings,
    reports,
    talks,
    taping,
)
from crm_core.callcenter.callback_requests import CallbackRequest
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import Party
from crm_core.money import Money
from crm_core.outbox import Effect, EffectKind
from crm_core.sales import deals
from crm_core.support import tickets
from crm_core.support.tickets import Ticket
from intents.understand.grammar import understand
from tests import people
from tests.intents.talk import Talk, choices, everything
from tests.people import NOW, as_actor

GRETA = "+493023125010"


async def _greta(talk: Talk) -> int:
    async with talk.database.transaction() as session:
        return (await people.add_contact(session, organisation="Bäckerei Sommer")).id


async def _talking(talk: Talk) -> None:
    """Mira and Greta, in CALL-1."""
    await _greta(talk)
    async with talk.database.transaction() as session:
        await presence.set_presence(session, talk.actor, Presence.AVAILABLE, NOW)
        inbound = await arrivals.answer(session, "CA1", GRETA, "+493023125100", {}, NOW)
        await queues.join(session, await calls.lock_call(session, inbound.id), "support", NOW)
        await talks.accept(session, talk.actor, inbound.id, NOW)
    await _presses_one(talk, 1)


async def _presses_one(talk: Talk, leg_id: int) -> None:
    async with talk.database.transaction() as session:
        leg = await legs.lock_leg(session, leg_id)
        assert leg is not None
        await reports.of_leg(session, leg, f"CL{leg_id}", "in-progress", NOW, None, NOW)
        assert await talks.pick_up(session, leg, NOW) is not None


async def _hang_up(talk: Talk) -> None:
    async with talk.database.transaction() as session:
        await ending.report(session, await calls.lock_call(session, 1), "completed", NOW, 9, NOW)


async def _her_phone_rests(talk: Talk) -> None:
    async with talk.database.transaction() as session:
        leg = await legs.lock_leg(session, 1)
        assert leg is not None
        await reports.of_leg(session, leg, "CL1", "completed", NOW, 9, NOW)


async def _on_duty(talk: Talk) -> None:
    async with talk.database.transaction() as session:
        await presence.set_presence(session, talk.actor, Presence.AVAILABLE, NOW)
        agent = await session.get_one(Agent, talk.actor.agent_id or 0)
        agent.phone = "+493023125202"


async def _buttons(talk: Talk, ref: str = "CALL-1") -> list[str]:
    return [choice.say for choice in choices(await talk.say(ref))]


async def _kinds(talk: Talk, kind: EffectKind) -> int:
    async with talk.database.transaction() as session:
        return len((await session.scalars(select(Effect).where(Effect.kind == kind))).all())


@pytest.mark.parametrize(
    "said", ["call Greta Sommer", "call C-1001", "ruf Greta an", "Greta Sommer anrufen", "call 030 23125010"]
)
async def test_a_customer_is_called_by_name_reference_or_number(mira: Talk, said: str) -> None:
    await _greta(mira)
    answer = await mira.say(said)
    assert "CALL-1" in answer.text
    assert "Greta Sommer" in answer.text
    assert (await _buttons(mira), await _kinds(mira, EffectKind.DIAL)) == (["decline CALL-1"], 1)


async def test_pressing_the_button_twice_is_one_call_and_says_so(mira: Talk) -> None:
    await _greta(mira)
    button = choices(await mira.say("find Greta"))[0]
    assert (await mira.press(button)).text.startswith("CALL-1: your phone is ringing.")
    assert (await mira.press(button)).text == "CALL-1: they are being called already, by Mira Okafor."
    assert await _kinds(mira, EffectKind.DIAL) == 1


async def test_whom_is_asked_for(mira: Talk) -> None:
    await _greta(mira)
    assert (await mira.say("call")).text.startswith("Who is it about?")
    assert "Greta Sommer" in (await mira.say("Greta")).text


@pytest.mark.parametrize("said", ["Greta", "C-1001", "D-1", "030 23125010"])
async def test_the_question_whom_to_call_takes_whatever_names_somebody(mira: Talk, said: str) -> None:
    greta = await _greta(mira)
    async with mira.database.transaction() as session:
        await deals.add_deal(session, SYSTEM, title="Pump", value=Money(1, "EUR"), contact_id=greta, now=NOW)
    await mira.say("call")
    assert "Greta Sommer" in (await mira.say(said)).text


async def test_of_two_with_one_name_the_right_one_is_chosen(mira: Talk) -> None:
    await _greta(mira)
    async with mira.database.transaction() as session:
        await people.add_contact(session, "Greta Winter", "+493023125012")
    asked = await mira.say("call Greta")
    assert await _kinds(mira, EffectKind.DIAL) == 0
    winter = next(choice for choice in choices(asked) if choice.label == "Greta Winter")
    assert "Greta Winter" in (await mira.press(winter)).text


async def test_it_means_who_was_shown_last(mira: Talk) -> None:
    await _greta(mira)
    await mira.say("open ticket for Greta: no hot water")
    assert "Greta Sommer" in (await mira.say("call them")).text


async def test_whoever_is_behind_a_ticket_or_a_deal_is_called(mira: Talk) -> None:
    greta = await _greta(mira)
    async with mira.database.transaction() as session:
        await deals.add_deal(session, SYSTEM, title="Pump", value=Money(1, "EUR"), contact_id=greta, now=NOW)
        await tickets.open_ticket(session, SYSTEM, subject="Nobody's", now=NOW)
    await mira.say("open ticket for Greta: no hot water")
    assert (await mira.say("call T-1")).text == "Behind T-1 there is nobody to call."
    assert "Greta Sommer" in (await mira.say("call D-1")).text
    await mira.say("decline CALL-1")
    assert "Greta Sommer" in (await mira.say("call back T-2")).text


async def test_a_wish_to_be_called_back_is_fulfilled_at_the_number_it_named(mira: Talk) -> None:
    await _greta(mira)
    async with mira.database.transaction() as session:
        inbound = await arrivals.answer(session, "CA1", GRETA, "+493023125100", {}, NOW)
        call = await calls.lock_call(session, inbound.id)
        ticket = await tickets.open_ticket(session, SYSTEM, subject="Rückruf", call_id=call.id, now=NOW)
        await callbacks.request_callback(session, SYSTEM, call, "+493023125011", ticket.id, NOW)
    assert (await mira.say("ruf T-1 zurück")).text == "Dort wird gerade schon mit uns telefoniert: CALL-1, im Menü."
    async with mira.database.transaction() as session:
        await ending.report(session, await calls.lock_call(session, 1), "completed", NOW, 9, NOW)
    assert "Greta Sommer" in (await mira.say("ruf T-1 zurück")).text
    async with mira.database.transaction() as session:
        made = (await session.scalars(select(Call).where(Call.direction == "outbound"))).one()
        wish = (await session.scalars(select(CallbackRequest))).one()
        assert (made.to_number, wish.outbound_id) == ("+493023125011", made.id)


async def test_a_missed_caller_is_called_back_from_the_card(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        inbound = await arrivals.answer(session, "CA1", "+493023125099", "+493023125100", {}, NOW)
        await queues.join(session, await calls.lock_call(session, inbound.id), "support", NOW)
    await _hang_up(mira)
    assert await _buttons(mira) == ["call back CALL-1", "note CALL-1", "ticket for CALL-1"]
    assert choices(await mira.say("show CALL-1"))[0].label == "Call back"
    await mira.say("call back CALL-1")
    async with mira.database.transaction() as session:
        made = (await session.scalars(select(Call).where(Call.direction == "outbound"))).one()
        assert made.to_number == "+493023125099"


async def test_in_a_talk_the_call_need_not_be_named(mira: Talk) -> None:
    await _talking(mira)
    assert (await mira.say("hold")).text == "CALL-1: the customer hears music."
    assert (await mira.say("take them off hold")).text == "CALL-1: you are talking again."
    assert (await mira.say("mute")).text == "CALL-1: your microphone is off."
    assert "unmute CALL-1" in await _buttons(mira)
    assert (await mira.say("laut")).text == "CALL-1: Ihr Mikrofon ist an."


async def test_who_is_in_no_talk_is_asked_to_name_one(mira: Talk) -> None:
    assert (await mira.say("hold")).text == "You are in no call now. Name one, for example CALL-7."


async def test_the_card_offers_what_fits_the_moment_and_never_much(mira: Talk, jonas: Talk) -> None:
    await _talking(mira)
    await _on_duty(jonas)
    talking = ["hold", "mute", "transfer", "warm transfer", "record", "note", "ticket for"]
    assert await _buttons(mira) == [f"{said} CALL-1" for said in talking]
    await mira.say("hold")
    assert await _buttons(mira) == [
        f"{said} CALL-1" for said in ("resume", "transfer", "warm transfer", "note", "ticket for")
    ]
    await mira.say("consult Jonas about CALL-1")
    shown = await mira.say("CALL-1")
    assert "On its way: Jonas Weber is being rung" in everything(shown)
    assert [choice.say for choice in choices(shown)] == ["complete CALL-1", "back CALL-1"]
    await _presses_one(mira, 2)
    assert await _buttons(mira) == ["complete CALL-1", "join CALL-1", "back CALL-1"]


async def test_the_target_of_a_transfer_is_asked_for(mira: Talk, jonas: Talk) -> None:
    await _talking(mira)
    await _on_duty(jonas)
    asked = await mira.say("transfer CALL-1")
    assert asked.text == "To whom does CALL-1 go? A colleague, a queue or a number."
    assert [choice.say for choice in choices(asked)] == ["transfer CALL-1 to Jonas Weber", "cancel"]
    assert (await mira.say("Jonas")).text == "CALL-1 goes to Jonas Weber. If nobody picks up there, it comes back."


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("transfer to Kundendienst", "CALL-1 is first in Support."),
        ("CALL-1 an support weitergeben", "CALL-1 ist in Kundendienst ganz vorn."),
        ("transfer CALL-1 to 030 23125077", "CALL-1 goes to +49 30 23125077. If nobody picks up there, it comes back."),
        ("transfer CALL-1 to Nobody", "I know no colleague called Nobody."),
        ("consult support about CALL-1", "support is a queue: ask a colleague or a number."),
    ],
)
async def test_a_queue_a_number_a_colleague(mira: Talk, jonas: Talk, said: str, answer: str) -> None:
    await _talking(mira)
    await _on_duty(jonas)
    assert (await mira.say(said)).text == answer


async def test_after_a_word_it_is_completed_joined_or_taken_back(mira: Talk, jonas: Talk) -> None:
    await _talking(mira)
    await _on_duty(jonas)
    await mira.say("consult Jonas")
    assert (await mira.say("join CALL-1")).text == "Jonas Weber has not picked up yet."
    await _presses_one(mira, 2)
    assert (await mira.say("CALL-1 zurückholen")).text == "CALL-1 ist wieder bei Ihnen, ohne Jonas Weber."
    assert (await mira.say("complete")).text == "CALL-1 is not on its way to anybody."


async def test_whom_to_ask_first_is_chosen_from_who_is_free(mira: Talk, jonas: Talk) -> None:
    await _talking(mira)
    assert [choice.say for choice in choices(await mira.say("warm transfer CALL-1"))] == ["cancel"]
    await _on_duty(jonas)
    asked = await mira.say("CALL-1 mit Rückfrage weitergeben")
    assert asked.text.startswith("Wen möchten Sie zu CALL-1 fragen?")
    jonas_button, _cancel = choices(asked)
    assert (jonas_button.label, jonas_button.say) == ("Jonas Weber", "consult Jonas Weber about CALL-1")
    assert "Jonas Weber" in (await mira.press(jonas_button)).text
    assert "complete CALL-1" in await _buttons(mira)


async def test_after_the_talk_the_card_offers_how_it_ended_note_and_ticket_and_later_another_call(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        company = session.info["company"]
    rules = company.callcenter.model_copy(
        update={"dispositions": {"solved": {"de": "Gelöst", "en": "Solved"}}, "disposition_required": True}
    )
    mira.database.works_for(company.model_copy(update={"callcenter": rules}))
    await _talking(mira)
    await _hang_up(mira)
    await _her_phone_rests(mira)
    assert await _buttons(mira) == ["disposition CALL-1 solved", "note CALL-1", "ticket for CALL-1"]
    await mira.say("disposition CALL-1 solved")
    assert await _buttons(mira) == ["call back CALL-1", "note CALL-1", "ticket for CALL-1"]


async def test_whom_we_did_not_reach_has_an_ending_too(mira: Talk) -> None:
    await _talking(mira)
    async with mira.database.transaction() as session:
        company = session.info["company"]
    rules = company.callcenter.model_copy(update={"dispositions": {"later": {"de": "Später", "en": "Later"}}})
    mira.database.works_for(company.model_copy(update={"callcenter": rules}))
    async with mira.database.transaction() as session:
        call = await calls.lock_call(session, 1)
        call.direction, call.to_number, call.state, call.wrap_up_until = "outbound", GRETA, "failed", NOW
        call.ended_at = NOW
    assert "disposition CALL-1 later" in await _buttons(mira)


async def test_a_lead_listens_where_the_house_allows_it(mira: Talk) -> None:
    await _talking(mira)
    async with mira.database.transaction() as session:
        lena = as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD, phone="+493023125203"))
    lead = replace(mira, actor=lena)
    assert (await lead.say("listen CALL-1")).text.startswith("Nobody listens in here")
    async with mira.database.transaction() as session:
        company = session.info["company"]
    rules = company.callcenter.model_copy(update={"supervision": "whisper"})
    mira.database.works_for(company.model_copy(update={"callcenter": rules}))
    assert (await lead.say("barge CALL-1")).text == "offhook.yml allows no more than whispering."
    assert (await lead.say("CALL-1 mithören")).text.startswith("CALL-1: mithören.")
    assert (await mira.say("listen CALL-1")).text.startswith("Your role")


async def test_a_recording_is_asked_for_paused_and_stopped(mira: Talk) -> None:
    await _talking(mira)
    asked = await mira.say("record CALL-1")
    assert asked.text == "CALL-1: the customer is being asked. Without their key nothing is recorded."
    assert "Recording: customer is being asked" in everything(asked)
    async with mira.database.transaction() as session:
        found = await taping.lock(session, 1)
        assert found is not None
        await taping.agreed(session, *found, "Press 1", NOW)
    assert "pause recording CALL-1" in await _buttons(mira)
    assert (await mira.say("pause recording")).text == "CALL-1: the recording is paused."
    assert "resume recording CALL-1" in await _buttons(mira)
    assert "ticket for CALL-1" in await _buttons(mira)
    assert len(await _buttons(mira)) == 8
    assert (await mira.say("Aufzeichnung CALL-1 beenden")).text.startswith("CALL-1: Die Aufzeichnung ist beendet")


async def test_recordings_are_listed_with_an_address_and_not_in_public(mira: Talk) -> None:
    await _talking(mira)
    assert (await mira.say("recordings of CALL-1")).text == "There is no recording of CALL-1."
    async with mira.database.transaction() as session:
        mira.database.is_reached_at("https://crm.example.com")
    async with mira.database.transaction() as session:
        call = await calls.lock_call(session, 1)
        await recordings.add_recording(session, call, "RE1", "https://example.com", 42, NOW)
    shown = await mira.say("Aufnahmen von CALL-1")
    assert "42 Sekunden https://crm.example.com/recordings/" in shown.text
    public = replace(mira, is_public=True)
    assert (await public.say("recordings of CALL-1")).text == "Details are for a direct message only."


async def test_a_note_and_a_ticket_from_the_call(mira: Talk, jonas: Talk) -> None:
    await _talking(mira)
    await mira.say("note CALL-1 wants an offer")
    assert "wants an offer" in everything(await mira.say("note CALL-1 until Friday"))
    assert "wants an offer\nuntil Friday" in everything(await mira.say("CALL-1"))
    assert (await jonas.say("Notiz CALL-1 von mir")).text != "Bei CALL-1 notiert."
    await mira.say("ticket for CALL-1: Boiler is cold")
    async with mira.database.transaction() as session:
        ticket = (await session.scalars(select(Ticket))).one()
        assert (ticket.subject, ticket.call_id, ticket.contact_id) == ("Boiler is cold", 1, 1001)


async def test_the_card_says_what_is_open_with_them_and_who_spoke_to_them_last(mira: Talk) -> None:
    greta = await _greta(mira)
    async with mira.database.transaction() as session:
        await deals.add_deal(session, SYSTEM, title="Heat pump", value=Money(1, "EUR"), contact_id=greta, now=NOW)
    await mira.say("open ticket for Greta: no hot water")
    await mira.say("log call with Greta Sommer: asked for a fitter")
    async with mira.database.transaction() as session:
        await arrivals.answer(session, "CA1", GRETA, "+493023125100", {}, NOW + timedelta(hours=1))
    shown = everything(await mira.say("CALL-2"))
    for line in (
        "Contact: Greta Sommer, Bäckerei Sommer",
        "Open tickets: T-1 no hot water",
        "Open deals: D-1 Heat pump",
        "Last talk: Mon 23 Nov, 11:00, with Mira Okafor",
    ):
        assert line in shown


async def test_the_carriers_word_is_on_the_card_of_a_call_that_came_to_nothing(mira: Talk) -> None:
    await _greta(mira)
    await mira.say("call Greta")
    await _presses_one(mira, 1)
    async with mira.database.transaction() as session:
        [customer] = await legs.live_legs(session, 1, Party.CUSTOMER)
        leg = await legs.lock_leg(session, customer.id)
        assert leg is not None
        await reports.of_leg(session, leg, "CL2", "busy", NOW, None, NOW)
    shown = await mira.say("CALL-1")
    assert "State: busy" in everything(shown)
    assert [choice.say for choice in choices(shown)] == ["call back CALL-1", "note CALL-1", "ticket for CALL-1"]


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("call 7", "record.show"),
        ("CALL-7", "record.show"),
        ("call CALL-7", "call.back"),
        ("hold 7", "ticket.hold"),
        ("hold CALL-7", "call.hold"),
        ("back", "agent.available"),
        ("calls", "call.list"),
        ("do not call Greta", "contact.refuse-calls"),
        ("Greta nicht anrufen", "contact.refuse-calls"),
        ("note T-7 done", "ticket.comment"),
        ("ticket for Greta: cold", "ticket.open"),
        ("give CALL-1 to Jonas", "call.transfer"),
        ("give T-1 to Jonas", "ticket.assign"),
    ],
)
def test_what_was_meant_before_is_meant_still(said: str, command: str) -> None:
    found = understand(said, "en")
    assert found is not None
    assert found.command.name == command


async def test_a_caller_is_not_passed_unasked_to_who_does_not_speak_their_language(mira: Talk, jonas: Talk) -> None:
    await _talking(mira)
    await _on_duty(jonas)
    async with mira.database.transaction() as session:
        (await session.get_one(Agent, jonas.actor.agent_id)).languages = ["en"]
        tara = await people.add_agent(session, "Tara Singh", phone="+493023125209")
        await presence.set_presence(session, as_actor(tara), Presence.AVAILABLE, NOW)
    asked = await mira.say("transfer CALL-1 to Jonas")
    assert asked.text.startswith("CALL-1 is in German; Jonas Weber does not speak it")
    assert [choice.say for choice in choices(asked)] == ["yes transfer CALL-1 to Jonas", "no"]
    assert (await mira.say("no")).text != asked.text
    assert (await mira.say("yes transfer CALL-1 to Jonas")).text.startswith("CALL-1 goes to Jonas Weber")
