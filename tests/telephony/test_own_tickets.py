from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm_core.contacts import pins
from crm_core.db import Database
from crm_core.support import replies, tickets
from crm_core.support.tickets import Ticket, TicketComment
from tests import people
from tests.people import NOW, as_actor
from tests.product import Product
from tests.telephony.lines import answering, line, text
from tests.telephony.phone import Phone

MENU = {
    "do": "menu",
    "prompt": text("Für Ihre Anliegen die 1, für eine Nachricht die 2."),
    "options": [{"key": "1", "goto": "tickets"}, {"key": "2", "goto": "voicemail"}],
}
TICKETS: dict[str, Any] = {"do": "my-tickets"}


async def _tell(database: Database) -> str:
    """Greta's ticket with a public reply, and a note for the team alone; her PIN."""
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        mira = as_actor(await people.add_agent(session))
        ticket = await tickets.open_ticket(session, mira, subject="Heizung kalt", contact_id=greta.id, now=NOW)
        await replies.reply(session, mira, ticket.id, "Wir kommen um zwei", NOW - timedelta(days=3))
        await tickets.comment(session, mira, ticket.id, "Zahlt nie", NOW)
        await pins.set_pin(session, mira, greta.id, NOW)
        drawn = await pins.draw(session, greta.id)
    assert drawn is not None
    return drawn


@pytest.fixture
async def product(database: Database) -> AsyncIterator[Product]:
    async with answering(database, line({"first": MENU, "tickets": TICKETS})) as started:
        yield started


async def _at_the_ticket(product: Product) -> Phone:
    phone = await (await Phone(product).ring()).press("1")
    return await phone.press("1")


async def _comments(database: Database) -> list[tuple[str, bool]]:
    async with database.transaction() as session:
        found = await session.scalars(select(TicketComment).order_by(TicketComment.id))
        return [(said.body, said.is_public) for said in found]


async def test_the_status_takes_the_caller_id_alone(product: Product) -> None:
    await _tell(product.database)
    phone = await _at_the_ticket(product)
    assert phone.heard.startswith("T 1: Heizung kalt. Stand: wartet auf den Kunden. Zuständig: noch niemand.")
    assert "Für die letzten Nachrichten dazu die 3." in phone.heard
    assert "Wir kommen" not in phone.heard


@pytest.mark.parametrize("wish", ["3", "Nachrichten vorlesen bitte"])
async def test_what_was_written_takes_the_pin_and_the_team_stays_among_itself(product: Product, wish: str) -> None:
    pin = await _tell(product.database)
    phone = await _at_the_ticket(product)
    await (phone.press(wish) if wish == "3" else phone.say(wish))
    assert phone.heard == "Bitte geben Sie Ihre sechsstellige PIN ein."
    await phone.press(pin)
    assert phone.heard.startswith("Mira Okafor, am Freitag, 20. November um 11 Uhr: Wir kommen um zwei.")
    assert "Zahlt nie" not in phone.heard
    await phone.press("*")
    assert phone.heard.startswith("T 1: Heizung kalt.")
    await phone.press("3")
    assert phone.heard.startswith("Mira Okafor,")


async def test_a_wrong_pin_reads_nothing(product: Product) -> None:
    pin = await _tell(product.database)
    phone = await _at_the_ticket(product)
    await phone.press("3")
    for _time in range(3):
        await phone.press("000000" if pin != "000000" else "111111")
    assert "Wir kommen" not in phone.heard
    assert phone.document.find("Record") is not None


async def test_reading_aloud_may_be_left_out_or_made_easier(sqlite_database: Database) -> None:
    await _tell(sqlite_database)
    for sid, notes, expected in (("CA1", "never", "Das habe ich"), ("CA2", "caller-id", "Mira Okafor,")):
        nodes = {"first": MENU, "tickets": {**TICKETS, "notes": notes}}
        async with answering(sqlite_database, line(nodes)) as product:
            phone = await (await Phone(product, sid).ring()).press("1")
            await phone.press("1")
            assert ("Nachrichten dazu" in phone.heard) is (notes != "never")
            assert (await phone.press("3")).heard.startswith(expected)


async def test_something_is_added_in_the_callers_own_words(product: Product) -> None:
    await _tell(product.database)
    phone = await (await _at_the_ticket(product)).press("2")
    assert phone.heard == "Bitte sagen Sie, was Sie ergänzen möchten."
    await phone.say("Eins von drei Zimmern ist auch feucht")
    assert "Sie haben gesagt: Eins von drei Zimmern ist auch feucht." in phone.heard
    await phone.press("2")
    await (await phone.say("Es ist der Keller")).press("1")
    assert phone.heard.startswith("Vielen Dank, das ist notiert. T 1: Heizung kalt. Stand: in Arbeit.")
    assert await _comments(product.database) == [
        ("Wir kommen um zwei", True),
        ("Zahlt nie", False),
        ("Es ist der Keller", True),
    ]
    await phone.press("1")
    assert phone.heard == "Für Ihre Anliegen die 1, für eine Nachricht die 2."


async def test_who_hangs_up_while_adding_has_added_what_was_said(product: Product) -> None:
    await _tell(product.database)
    phone = await (await _at_the_ticket(product)).press("2")
    await phone.begin_saying("Der Keller steht")
    await phone.hang_up()
    await phone.begin_saying("Der Keller steht unter Wasser", 1)
    assert [body for body, _public in await _comments(product.database)][2:] == ["Der Keller steht"]
    async with product.database.transaction() as session:
        assert (await session.scalars(select(Ticket.subject))).all() == ["Heizung kalt"]


async def test_a_new_ticket_after_a_note_is_no_note(product: Product, database: Database) -> None:
    await _tell(database)
    nodes = {"first": {**MENU, "options": [*MENU["options"], {"key": "3", "goto": "new"}]}, "tickets": TICKETS}
    database.works_for(line({**nodes, "new": {"do": "open-ticket"}}))
    phone = await (await _at_the_ticket(product)).press("2")
    await (await phone.say("Noch etwas")).press("1")
    await (await phone.press("1")).press("3")
    await phone.begin_saying("Der Boiler tropft")
    await phone.hang_up()
    async with database.transaction() as session:
        assert (await session.scalars(select(Ticket.subject).order_by(Ticket.id))).all() == [
            "Heizung kalt",
            "Der Boiler tropft",
        ]
