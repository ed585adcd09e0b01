import pytest

from crm_core import activity
from crm_core.support import replies
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, caller, choice, choices, everything


async def _open(talk: Talk, count: int) -> None:
    for number in range(1, count + 1):
        await talk.say(f"open ticket leak {number}")


async def test_a_ticket_waits_is_held_opened_again_and_closed(mira: Talk) -> None:
    await _open(mira, 1)
    assert (await mira.say("wait T-1")).text == "T-1 is now waiting for the customer: leak 1"
    assert (await mira.say("put it on hold")).text == "T-1 is now on hold: leak 1"
    assert (await mira.say("T-1 schließen")).text == "T-1 ist geschlossen: leak 1"
    assert (await mira.say("resolve T-1")).text == "T-1 is closed already."
    assert (await mira.say("reopen T-1")).text == "T-1 is now open: leak 1"
    assert (await mira.say("queue T-1 support")).text == "T-1 is in the queue support: leak 1"
    assert (await mira.say("queue T-1 sales")).text == "There is no queue “sales”. There are: support."


async def test_a_reply_says_clearly_whether_it_went_out(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        greta = await people.add_contact(session)
    await Talk(mira.database, caller(greta)).say("open ticket no hot water")
    assert (await mira.say("reply T-1 We are on our way")).text.startswith("Sent by SMS to +49 30 23125010; T-1 waits")
    shown = everything(await mira.say("show T-1"))
    assert "Mira Okafor (to the customer and back): We are on our way" in shown
    await _open(mira, 1)
    assert "was NOT sent" in (await mira.say("reply T-2 hello")).text


async def test_a_customer_sees_what_was_said_to_them_and_no_note(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        greta = await people.add_contact(session)
    customer = Talk(mira.database, caller(greta))
    await customer.say("open ticket no hot water")
    await mira.say("note T-1 grumpy")
    await mira.say("tag T-1 grumpy-again")
    await mira.say("reply T-1 on our way")
    shown = everything(await customer.say("status of T-1"))
    assert "on our way" in shown
    assert "grumpy" not in shown
    async with mira.database.transaction() as session:
        await replies.customer_replied(session, customer.actor, 1, "when?", mira.now)
    assert (await mira.say("status of T-1")).text.startswith("T-1, no hot water: open")


async def test_who_changes_a_ticket_hears_who_else_is_at_it(mira: Talk, jonas: Talk) -> None:
    await _open(mira, 1)
    await mira.say("note T-1 ordering the part")
    noted = await jonas.say("note T-1 called back")
    assert noted.text == "Noted on T-1, for the team only. Mira Okafor worked on T-1 1 minute ago."


async def test_several_are_shown_first_and_done_when_confirmed(mira: Talk) -> None:
    await _open(mira, 3)
    asked = await mira.say("resolve T-1 T-2 and T-3")
    assert asked.text == "This resolves 3 tickets: T-1 leak 1; T-2 leak 2; T-3 leak 3. Yes?"
    assert (await mira.say("tickets")).text.startswith("3 open tickets"), "nothing is done yet"
    done = await mira.press(choice(asked, "yes resolve T-1 T-2 T-3"))
    assert done.text == "Done for 3 tickets: T-1, T-2, T-3. Undo takes all back."
    assert (await mira.say("tickets")).text == "No ticket is open."
    assert (await mira.say("undo")).text.startswith("Taken back, 3 steps at once")
    assert (await mira.say("tickets")).text.startswith("3 open tickets")


@pytest.mark.parametrize(("answer", "left"), [("yes", "No ticket is open."), ("no", "2 open"), ("cancel", "2 open")])
async def test_yes_and_no_are_answers(mira: Talk, answer: str, left: str) -> None:
    await _open(mira, 2)
    await mira.say("close T-1, T-2")
    await mira.say(answer)
    assert (await mira.say("tickets")).text.startswith(left)


async def test_anything_else_is_neither_yes_nor_no(mira: Talk) -> None:
    await _open(mira, 2)
    await mira.say("close T-1 T-2")
    assert (await mira.say("perhaps")).text == "Please say yes or no."


async def test_all_that_are_tagged_and_none_that_is_tagged_meanwhile(mira: Talk, jonas: Talk) -> None:
    await _open(mira, 3)
    await mira.say("tag T-1 T-2 outage")
    await mira.say("yes")
    asked = await mira.say("resolve all tagged outage")
    assert asked.text == "This resolves 2 tickets: T-2 leak 2; T-1 leak 1. Yes?"
    await jonas.say("tag T-3 outage")
    await jonas.say("resolve T-1")
    done = await mira.say("yes")
    assert done.text == "Done for 1 ticket: T-2. T-1 is resolved already."
    assert (await mira.say("tickets")).text == "1 open ticket: T-3 leak 3"
    assert (await mira.say("resolve all tagged nothing")).text == "No open ticket is tagged nothing."


async def test_several_are_claimed_and_assigned(mira: Talk) -> None:
    await _open(mira, 2)
    asked = await mira.say("assign T-1 T-2 to me")
    assert asked.text.startswith("Mira Okafor gets 2 tickets")
    await mira.press(next(one for one in choices(asked) if one.say.startswith("yes")))
    assert (await mira.say("my tickets")).text == "2 tickets are yours: T-2 leak 2; T-1 leak 1"
    await mira.say("claim T-1 T-2")
    assert "T-1 is yours already." in (await mira.say("yes")).text


async def test_more_than_200_are_too_many(mira: Talk) -> None:
    refs = " ".join(f"T-{number}" for number in range(1, 202))
    assert (await mira.say(f"resolve {refs}")).text == "At most 200 tickets at once."


async def test_a_list_is_narrowed_and_goes_on(mira: Talk) -> None:
    await _open(mira, 17)
    assert (await mira.say("older tickets")).text == "There is nothing older to show."
    listed = await mira.say("tickets")
    assert choice(listed, "older tickets")
    assert (await mira.say("older tickets")).text == "2 older tickets: T-2 leak 2; T-1 leak 1"
    await mira.say("tag T-3 outage")
    await mira.say("wait T-3")
    for said in ("tickets tagged outage", "waiting tickets", "tickets waiting tagged outage", "wartende Tickets"):
        assert (await mira.say(said)).text.endswith("T-3 leak 3"), said
    assert (await mira.say("tickets in queue support")).text == "There is no such ticket."
    assert (await mira.say("tickets of Nobody")).tone is Tone.REFUSED


async def test_a_view_has_a_name(mira: Talk) -> None:
    await _open(mira, 2)
    await mira.say("tag T-2 outage")
    assert (await mira.say("save view water as tagged outage")).text == "The view water is saved: say “view water”."
    assert (await mira.say("view water")).text == "1 ticket: T-2 leak 2"
    assert (await mira.say("view fire")).text == "You have no view “fire”. Yours are: water."


async def test_tickets_hang_together(mira: Talk) -> None:
    await _open(mira, 4)
    assert (await mira.say("subticket T-2 of T-1")).text == "T-2 is part of T-1: leak 2"
    assert (await mira.say("T-1 waits for T-3")).text == "T-1 waits for T-3: leak 1"
    assert "Waits for: T-3" in everything(await mira.say("show T-1"))
    assert (await mira.say("resolve T-3")).text == "T-3 is resolved: leak 3 T-1 waited for T-3 and can go on."
    assert (await mira.say("merge T-4 into T-1")).text == "T-4 is part of T-1 now: leak 1"
    assert "Merged into: T-1" in everything(await mira.say("show T-4"))
    await mira.say("undo")
    assert "Merged into" not in everything(await mira.say("show T-4"))


async def test_a_ticket_is_split_watched_and_has_steps(mira: Talk) -> None:
    await _open(mira, 1)
    await mira.say("note T-1 the roof leaks too")
    assert (await mira.say("split T-1")).text == "T-2 was split off T-1: the roof leaks too"
    assert (await mira.say("watch T-1")).text.startswith("You watch T-1")
    await mira.say("step T-1 call the plumber")
    assert "☐ 1. call the plumber" in everything(await mira.say("show T-1"))
    assert (await mira.say("check T-1 1")).text == "Step 1 of T-1 is done: leak 1"
    assert "☑ 1. call the plumber" in everything(await mira.say("show T-1"))


async def test_a_snoozed_ticket_is_out_of_sight(mira: Talk) -> None:
    await _open(mira, 1)
    assert (await mira.say("snooze T-1 until tomorrow 9:00")).text.startswith("T-1 is out of sight until Tue 24 Nov")
    assert (await mira.say("tickets")).text == "No ticket is open."
    assert (await mira.say("next")).text == "No ticket is waiting. Well done."


async def test_an_incident_holds_tickets_together(mira: Talk) -> None:
    await _open(mira, 3)
    assert (await mira.say("incident T-1 T-2 : no hot water")).text == "INC-1 holds 2 tickets together: no hot water"
    assert (await mira.say("add T-3 to INC-1")).text == "INC-1 has 1 ticket more: no hot water"
    assert "Tickets: T-1, T-2, T-3" in everything(await mira.say("show INC-1"))
    replied = await mira.say("reply INC-1 we know")
    assert replied.text == "INC-1: 3 customers answered (–). Kept and not sent: T-1, T-2, T-3."
    assert (await mira.say("resolve INC-1")).text.startswith("INC-1 is resolved with 3 tickets")
    assert (await mira.say("tickets")).text == "No ticket is open."
    assert (await mira.say("resolve INC-1")).text == "INC-1 is resolved already."


async def test_the_history_tells_what_was_done_together(mira: Talk) -> None:
    await _open(mira, 2)
    await mira.say("close T-1 T-2")
    await mira.say("yes")
    async with mira.database.transaction() as session:
        steps = [await activity.timeline(session, "ticket", id, limit=1) for id in (1, 2)]
    assert steps[1][0].data["together"] == steps[0][0].id
    assert "closed it" in (await mira.say("history T-1")).text


async def test_a_ticket_is_made_urgent_renamed_and_given_to_its_customer(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
    await _open(mira, 1)
    assert (await mira.say("T-1 is urgent")).text == "T-1 is urgent now: leak 1"
    assert (await mira.say("priority of T-1 high")).text == "T-1 is high now: leak 1"
    assert (await mira.say("T-1 ist nicht mehr dringend")).text == "T-1 hat jetzt die Priorität normal: leak 1"
    assert (await mira.say("T-1 ist normal")).text == "T-1 hat schon die Priorität normal."
    assert (await mira.say("Betreff von T-1: Keller läuft voll")).text == "T-1 heißt jetzt: Keller läuft voll"
    assert (await mira.say("T-1 is from Greta Sommer")).text == "T-1 is from Greta Sommer: Keller läuft voll"
    assert "Contact: Greta Sommer" in everything(await mira.say("show ticket T-1"))
    assert (await mira.say("T-1 ist von C-1001")).text == "T-1 ist schon von C-1001."
    assert (await mira.say("T-1 is from Nobody")).tone is Tone.REFUSED
    public = Talk(mira.database, mira.actor, is_public=True)
    await mira.say("undo")
    assert "Greta" not in (await public.say("T-1 is from C-1001")).text


async def test_further_calls_are_linked_to_a_ticket(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
    await _open(mira, 1)
    await mira.say("log call with Greta Sommer: asked for the plumber")
    assert (await mira.say("link CALL-1 to T-1")).text == "CALL-1 was about T-1: leak 1"
    assert "Calls: CALL-1" in everything(await mira.say("show ticket T-1"))
    assert "Tickets: T-1" in everything(await mira.say("show CALL-1"))
    assert (await mira.say("CALL-1 gehört zu T-1")).text == "CALL-1 gehört schon zu T-1."
    assert (await mira.say("unlink CALL-1 from T-1")).text == "CALL-1 was not about T-1: leak 1"
    await mira.say("undo")
    assert "Calls: CALL-1" in everything(await mira.say("show ticket T-1"))


async def test_tickets_are_found_by_words_page_by_page(mira: Talk) -> None:
    await _open(mira, 17)
    await mira.say("note T-3 Drucker im Keller")
    assert (await mira.say("suche Ticket druck")).text == "1 Ticket: T-3 leak 3"
    found = await mira.say("find ticket leak")
    assert found.text.startswith("The newest 15 of these: T-17 leak 17; T-16 leak 16")
    assert (await mira.press(choice(found, "older tickets"))).text == "2 older tickets: T-2 leak 2; T-1 leak 1"
    assert (await mira.say("find ticket #5")).text == "1 ticket: T-5 leak 5"
    assert (await mira.say("find ticket fire")).text == "There is no such ticket."
    assert (await mira.say("find a ticket")).text == "Which words? For example: heating cold."
    assert (await mira.say("keller")).text == "1 ticket: T-3 leak 3"


async def test_a_public_place_hears_of_found_tickets_nothing_but_their_numbers(mira: Talk) -> None:
    await _open(mira, 17)
    await mira.say("note T-3 the spare key is under the mat")
    public = Talk(mira.database, mira.actor, is_public=True)
    found = await public.say("find ticket spare key")
    assert found.text == "1 ticket: T-3"
    assert everything(found) == "1 ticket: T-3\nTicket\nT-3\nT-3 show T-3"
    many = await public.say("find ticket leak")
    older = await public.press(choice(many, "older tickets"))
    assert older.text == "2 older tickets: T-2, T-1"
    assert "leak" not in everything(many).replace("find ticket leak", "") + everything(older)
