from datetime import timedelta

from crm_core.callcenter import arrivals, callbacks, calls
from crm_core.support import tickets
from tests import people
from tests.intents.talk import Talk, choices, everything
from tests.people import NOW


async def test_an_empty_day(mira: Talk) -> None:
    assert (await mira.say("my day")).text == "Nothing is due today."


async def test_my_day_holds_what_every_subject_has_for_me(mira: Talk, jonas: Talk) -> None:
    async with mira.database.transaction() as session:
        greta = await people.add_contact(session, "Greta Sommer", "+493023125010")
        inbound = await arrivals.answer(session, "CA1", "+493023125010", "+493023125100", {}, NOW)
        call = await calls.lock_call(session, inbound.id)
        ticket = await tickets.open_ticket(session, mira.actor, subject="Rückruf", contact_id=greta.id, now=NOW)
        await callbacks.request_callback(session, mira.actor, call, "+493023125010", ticket.id, NOW)
    for text in ("add task Send the offer due today", "add task Later due next week", "add deal Heat pump 12000"):
        await mira.say(text)
    await jonas.say("add task Somebody else's due today")
    mira.now = NOW + timedelta(days=15)
    reply = await mira.say("mein Tag")
    assert reply.text.startswith("Ihr Tag: Zurückrufen: T-1 Rückruf · Greta Sommer, +49 30 23125010\n")
    for wanted in ("TASK-1 Send the offer", "TASK-2 Later", "D-1 Heat pump", "Deals, die einen Schritt brauchen"):
        assert wanted in reply.text
    assert "Somebody" not in reply.text
    assert [choice.say for choice in choices(reply)] == ["claim T-1", "done TASK-1", "done TASK-2", "show D-1"]
    public = everything(await Talk(mira.database, mira.actor, is_public=True, now=mira.now).say("my day"))
    assert "Sommer" not in public
    assert "+49 30" not in public


async def test_a_caller_whose_ticket_was_closed_need_not_be_rung_back(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        inbound = await arrivals.answer(session, "CA1", "+493023125010", "+493023125100", {}, NOW)
        call = await calls.lock_call(session, inbound.id)
        ticket = await tickets.open_ticket(session, mira.actor, subject="Rückruf", now=NOW)
        await callbacks.request_callback(session, mira.actor, call, "+493023125010", ticket.id, NOW)
    await mira.say("close T-1")
    assert (await mira.say("my day")).text == "Nothing is due today."
