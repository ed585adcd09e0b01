from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, choices, everything


async def test_a_ticket_lives_from_open_to_resolved(mira: Talk) -> None:
    opened = await mira.say("open ticket Heating stays cold")
    assert opened.text == "T-1 is open: Heating stays cold"
    assert (await mira.say("status of T-1")).text == "T-1, Heating stays cold: new, assigned to nobody yet."
    assert (await mira.say("claim T-1")).text == "T-1 is yours: Heating stays cold"
    assert (await mira.say("note T-1 part ordered")).text == "Noted on T-1, for the team only."
    assert (await mira.say("status of T-1")).text == "T-1, Heating stays cold: open, assigned to Mira Okafor."
    assert (await mira.say("resolve T-1")).text == "T-1 is resolved: Heating stays cold"
    assert (await mira.say("tickets")).text == "No ticket is open."


async def test_a_ticket_opened_for_a_customer_is_on_their_card(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
    await mira.say("open ticket for Greta Sommer: no hot water")
    shown = await mira.say("find Greta")
    assert "Open tickets: T-1" in everything(shown)
    assert [choice.say for choice in choices(shown)] == ["call C-1001", "show T-1"]


async def test_a_ticket_for_somebody_unknown_is_not_opened(mira: Talk) -> None:
    assert (await mira.say("open ticket for Nobody: no hot water")).text == "I know nobody by “Nobody”."
    assert (await mira.say("tickets")).text == "No ticket is open."


async def test_next_takes_the_most_urgent_then_the_oldest(mira: Talk) -> None:
    for text in ("open ticket first", "open ticket second", "urgent: gas smell"):
        await mira.say(text)
    taken = [(await mira.say("/next")).text for _ in range(4)]
    assert taken == [
        "T-3 is yours: gas smell",
        "T-1 is yours: first",
        "T-2 is yours: second",
        "No ticket is waiting. Well done.",
    ]


async def test_refusals_say_who_and_why(mira: Talk, jonas: Talk) -> None:
    await mira.say("open ticket Heating stays cold")
    await mira.say("claim T-1")
    assert (await jonas.say("claim T-1")).text == "Mira Okafor was first: T-1 is taken."
    assert (await jonas.say("T-1 übernehmen")).text == "Mira Okafor war schneller: T-1 ist vergeben."
    assert (await mira.say("claim T-1")).text == "T-1 is yours already."
    assert (await jonas.say("T-1 an Mira")).text == "T-1 liegt schon bei Mira Okafor."
    await mira.say("resolve T-1")
    assert (await jonas.say("resolve T-1")).text == "T-1 is resolved already."
    assert (await jonas.say("claim T-99999999999")).tone is Tone.REFUSED
    assert (await jonas.say("assign T-1 to Nobody")).text == "I know no colleague called Nobody."


async def test_assign_by_first_name_and_to_me(mira: Talk, jonas: Talk) -> None:
    await mira.say("open ticket Heating stays cold")
    assert (await mira.say("assign T-1 to jonas")).text == "T-1 is now with Jonas Weber: Heating stays cold"
    assert (await mira.say("T-1 an mich")).text == "T-1 liegt jetzt bei Mira Okafor: Heating stays cold"


async def test_the_list_says_everything_also_without_its_table(mira: Talk) -> None:
    await mira.say("open ticket first")
    assert (await mira.say("tickets")).text == "1 open ticket: T-1 first"
    await mira.say("open ticket second")
    listed = await mira.say("tickets")
    assert listed.text == "2 open tickets: T-2 second; T-1 first"
    assert [choice.say for choice in choices(listed)] == ["show T-2", "show T-1"]


async def test_a_long_list_does_not_pretend_to_be_complete(mira: Talk) -> None:
    for number in range(17):
        await mira.say(f"open ticket leak {number}")
    listed = await mira.say("tickets")
    assert listed.text.startswith("The newest 15 of the open tickets: T-17 leak 16; T-16")
    assert "T-2 " not in listed.text


async def test_a_subject_that_ends_with_a_number_is_no_reference(mira: Talk) -> None:
    assert (await mira.say("open ticket Printer 3")).text == "T-1 is open: Printer 3"
    assert (await mira.say("open ticket T 1")).text.startswith("T-1, Printer 3")


async def test_my_tickets_are_mine(mira: Talk, jonas: Talk) -> None:
    await mira.say("open ticket first")
    await mira.say("open ticket second")
    await mira.say("claim T-2")
    assert (await mira.say("my tickets")).text == "1 ticket is yours: T-2 second"
    assert (await jonas.say("meine Tickets")).text == "Ihnen gehört kein offenes Ticket."
