from sqlalchemy import select

from crm_core.agents import Agent, Presence, Role
from crm_core.callcenter import arrivals, calls, queues
from crm_core.company import Company, QueueRule
from crm_core.outbox import Effect, EffectKind
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, choices, everything
from tests.people import NOW, as_actor


async def _waiting(talk: Talk) -> None:
    async with talk.database.transaction() as session:
        await people.add_contact(session)
        inbound = await arrivals.answer(session, "CA1", "+493023125010", "+493023125100", {}, NOW)
        await queues.join(session, await calls.lock_call(session, inbound.id), "support", NOW)


async def test_one_accepts_and_the_other_hears_who_was_faster(mira: Talk, jonas: Talk) -> None:
    await _waiting(mira)
    accepted = await mira.say("accept CALL-1")
    assert accepted.text == "Your phone is ringing for CALL-1. Press 1 there to be connected."
    assert (await jonas.say("nimm CALL-1 an")).text == "Mira Okafor war schneller: CALL-1 wird schon verbunden."
    async with mira.database.transaction() as session:
        dialled = list(await session.scalars(select(Effect).where(Effect.kind == EffectKind.DIAL)))
    assert len(dialled) == 1


async def test_without_a_phone_nobody_can_be_rung(mira: Talk) -> None:
    await _waiting(mira)
    async with mira.database.transaction() as session:
        agent = await session.get(Agent, mira.actor.agent_id)
        assert agent is not None
        agent.phone = None
    assert (await mira.say("accept CALL-1")).text.startswith("No phone number is stored for you")


async def test_a_call_is_logged_with_its_length(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
    logged = await mira.say("log a 12 minute call with Greta Sommer: wants an offer")
    assert logged.text == "Noted as CALL-1: call with Greta Sommer."
    shown = everything(logged)
    assert "Duration: 12 minutes" in shown
    assert "wants an offer" in shown
    assert "withheld" not in shown


async def test_the_note_of_a_call_is_asked_for(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
    assert (await mira.say("Anruf mit Greta notieren")).text == "Was soll darin stehen?"
    assert (await mira.say("will ein Angebot")).text == "Als CALL-1 notiert: Gespräch mit Greta Sommer."


async def test_calls_are_listed_with_who_and_where(mira: Talk) -> None:
    assert (await mira.say("calls")).text == "There has been no call yet."
    await _waiting(mira)
    assert (await mira.say("recent calls")).text == "1 call: CALL-1 Greta Sommer waiting"


async def test_the_card_of_a_waiting_call_has_its_button(mira: Talk) -> None:
    await _waiting(mira)
    assert [choice.say for choice in choices(await mira.say("CALL-1"))] == ["accept CALL-1"]


async def test_a_lead_puts_a_caller_first_and_into_another_queue(mira: Talk, company: Company) -> None:
    sales = QueueRule(name={"de": "Verkauf", "en": "Sales"})
    mira.database.works_for(company.model_copy(update={"queues": {**company.queues, "sales": sales}}))
    await _waiting(mira)
    assert (await mira.say("CALL-1 to the front")).tone is Tone.REFUSED
    async with mira.database.transaction() as session:
        lena = Talk(mira.database, as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD)))
    assert (await lena.say("CALL-1 nach vorn")).text == "CALL-1 ist jetzt als Nächstes dran."
    moved = await lena.say("CALL-1 to queue sales")
    assert moved.text == "CALL-1 waits in the queue Sales now, with the time waited so far."
    assert "Queue: Sales" in everything(moved)
    assert (await lena.say("CALL-1 in Warteschlange Kundendienst")).tone is Tone.OK
    assert (await lena.say("CALL-1 to queue nowhere")).tone is Tone.REFUSED


async def test_who_accepted_and_says_so_again_is_told_what_to_do(mira: Talk) -> None:
    await _waiting(mira)
    await mira.say("accept CALL-1")
    assert (await mira.say("accept CALL-1")).text == "You have accepted CALL-1 already: press 1 on your phone."
    assert (await mira.say("nimm CALL-1 an")).text.startswith("CALL-1 haben Sie schon angenommen")


async def test_who_talks_already_is_told_so_in_words(mira: Talk) -> None:
    await _waiting(mira)
    async with mira.database.transaction() as session:
        (await session.get_one(Agent, mira.actor.agent_id)).presence = Presence.ON_CALL
    assert (await mira.say("accept CALL-1")).text == "Mira Okafor has a call already (on a call): one at a time."


async def test_who_is_set_available_and_rung_at_once_is_said_to_be(mira: Talk, company: Company) -> None:
    rule = QueueRule(name={"de": "Kundendienst", "en": "Support"}, routing="longest-idle")
    mira.database.works_for(company.model_copy(update={"queues": {"support": rule}}))
    await _waiting(mira)
    async with mira.database.transaction() as session:
        lena = Talk(mira.database, as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD)))
    said = await lena.say("set Mira available")
    assert said.text == "Mira Okafor is available, and a caller was waiting: the phone of Mira Okafor rings."
    assert (await mira.say("available")).text == "You are available, and a caller was waiting: your phone rings."


async def test_a_number_without_a_contact_is_named_by_its_digits(mira: Talk) -> None:
    assert (await mira.say("call 030 23125077")).text.endswith("Press 1 there, and +49 30 23125077 is rung.")


async def _speaks(talk: Talk, *languages: str) -> None:
    async with talk.database.transaction() as session:
        agent = await session.get_one(Agent, talk.actor.agent_id)
        agent.languages, agent.presence = list(languages), Presence.AVAILABLE


async def test_who_does_not_speak_the_language_is_asked_before_they_take_a_caller_from_who_does(
    mira: Talk, jonas: Talk
) -> None:
    await _speaks(mira, "en")
    await _speaks(jonas, "de")
    await _waiting(mira)
    asked = await mira.say("accept CALL-1")
    assert asked.text.startswith("CALL-1 is in German; Mira Okafor does not speak it, and somebody who does is there.")
    assert [choice.say for choice in choices(asked)] == ["yes accept CALL-1", "no"]
    async with mira.database.transaction() as session:
        assert (await calls.lock_call(session, 1)).state == "queued"
    assert (await mira.say("yes")).text.startswith("Your phone is ringing for CALL-1.")


async def test_no_leaves_the_caller_to_who_speaks_their_language(mira: Talk, jonas: Talk) -> None:
    await _speaks(mira, "en")
    await _speaks(jonas, "de")
    await _waiting(mira)
    await mira.say("accept CALL-1")
    await mira.say("no")
    assert (await jonas.say("CALL-1 annehmen")).text.startswith("Ihr Telefon klingelt für CALL-1.")


async def test_where_nobody_else_speaks_it_the_caller_is_taken_and_it_is_said(mira: Talk, jonas: Talk) -> None:
    await _speaks(mira, "en")
    await _speaks(jonas, "en")
    await _waiting(mira)
    said = (await mira.say("accept CALL-1")).text
    assert said.startswith("Your phone is ringing for CALL-1.")
    assert said.endswith("Mira Okafor does not speak German: nobody else who does is there.")
