"""In a public place no customer data, whatever is asked; to a customer nothing but their own."""

import pytest

from crm_core.callcenter import arrivals, calls, queues
from crm_core.contacts import emails
from crm_core.contacts.contacts import Contact
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, caller, choices, everything
from tests.people import NOW

SECRETS = ["Greta", "Sommer", "23125010", "greta@example.com", "Ward", "the spare key"]
QUESTIONS = [
    "find 030 23125010",
    "find 3125010",
    "who is greta",
    "show contact C-1001",
    "C-1001",
    "suche Kunde 3125010",
    "T-1",
    "show ticket 1",
    "ticket 1",
    "tickets",
    "find ticket spare",
    "suche Ticket wasser",
    "my tickets",
    "claim T-1",
    "assign T-1 to me",
    "note T-1 looked at it",
    "next",
    "resolve T-1",
    "D-1",
    "show deal 1",
    "deals",
    "my deals",
    "pipeline",
    "move D-1 to offer",
    "TASK-1",
    "tasks",
    "calls",
    "CALL-1",
    "CALL-2",
    "accept CALL-2",
    "log call with C-1001: a talk",
    "log call with 3125010: a talk",
    "log call with 301",
    "open ticket for C-1001: cold",
    "undo",
    "T-1 an mich",
]


@pytest.fixture
async def customer(mira: Talk) -> Contact:
    """A customer with a ticket, a deal, a logged call, a waiting call and a namesake."""
    async with mira.database.transaction() as session:
        greta = await people.add_contact(session, "Greta Sommer", "+493023125010", organisation="Ward & Sons")
        await emails.add_email(session, greta.id, "greta@example.com", NOW)
        await people.add_contact(session, "Greta Ward", "+493023125019")
        inbound = await arrivals.answer(session, "CA1", "+493023125010", "+493023125100", {}, NOW)
        await queues.join(session, await calls.lock_call(session, inbound.id), "support", NOW)
    for text in (
        "open ticket for C-1001: no hot water",
        "note T-1 the spare key is under the mat",
        "add deal Heat pump for C-1001 12000",
        "log call with C-1001: the spare key",
        "add task Send the offer",
    ):
        assert (await mira.say(text)).tone is Tone.OK, text
    return greta


@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_public_place_shows_no_customer_data(mira: Talk, customer: Contact, question: str) -> None:
    public = Talk(mira.database, mira.actor, is_public=True)
    shown = everything(await public.say(question))
    told = [secret for secret in SECRETS if secret in shown and secret.casefold() not in question.casefold()]
    assert told == []


async def test_the_same_questions_are_answered_in_private(mira: Talk, customer: Contact) -> None:
    shown = "\n".join([everything(await mira.say(question)) for question in ("C-1001", "T-1", "D-1", "CALL-2")])
    assert [secret for secret in SECRETS if secret not in shown] == []


async def test_several_of_a_name_are_counted_but_not_listed_in_public(mira: Talk, customer: Contact) -> None:
    public = Talk(mira.database, mira.actor, is_public=True)
    for question in ("find greta", "log call with greta: a talk"):
        reply = await public.say(question)
        assert reply.text == "2 contacts found. Ask me in a direct message to see them."
        assert choices(reply) == []


async def test_a_customer_reads_their_own_tickets_without_notes_and_buttons(mira: Talk, customer: Contact) -> None:
    await mira.say("open ticket somebody else's heating")
    greta = Talk(mira.database, caller(customer))
    assert (await greta.say("my tickets")).text == "1 ticket is yours: T-1 no hot water"
    shown = await greta.say("T-1")
    assert shown.text.startswith("T-1 · no hot water. Status: new")
    assert "spare key" not in everything(shown)
    assert choices(shown) == []
    assert (await greta.say("show ticket 2")).text == "There is no ticket T-2."
    assert (await greta.say("T-2")).text == "There is no ticket T-2."


async def test_a_customer_opens_a_ticket_of_their_own(mira: Talk, customer: Contact) -> None:
    greta = Talk(mira.database, caller(customer, "de"))
    opened = await greta.say("Störung melden: kein Warmwasser")
    assert opened.text == "T-2 ist eröffnet: kein Warmwasser"
    assert choices(opened) == []
    assert "T-2 kein Warmwasser" in (await greta.say("meine Tickets")).text


async def test_a_customer_looks_nobody_up(mira: Talk, customer: Contact) -> None:
    greta = Talk(mira.database, caller(customer))
    for question in ("find Ward", "tickets", "calls", "pipeline", "claim T-1", "resolve T-1", "T-1 to Mira", "C-1002"):
        reply = await greta.say(question)
        assert reply.tone is Tone.REFUSED, question
        assert "Ward" not in reply.text.replace(question, "")


async def test_a_customer_opens_no_ticket_in_anothers_name(mira: Talk, customer: Contact) -> None:
    greta = Talk(mira.database, caller(customer))
    reply = await greta.say("open ticket for Greta Ward: hello")
    assert reply.tone is Tone.REFUSED
