from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm_core import agenda
from crm_core.agents import SYSTEM
from crm_core.callcenter import blocking
from crm_core.callcenter.callback_requests import CallbackRequest
from crm_core.callcenter.calls import Call
from crm_core.contacts import do_not_call
from crm_core.db import Database
from crm_core.support.tickets import Ticket
from tests import people
from tests.people import NOW, as_actor
from tests.product import Product
from tests.telephony.lines import VOICEMAIL, answering, line, text
from tests.telephony.phone import GRETA, Phone

MENU = {"do": "menu", "prompt": text("Für einen Rückruf die 1."), "options": [{"key": "1", "goto": "callback"}]}
BOOKED: dict[str, Any] = {"do": "callback", "appointment": True}
OFFER = (
    "Für einen Rückruf heute um 12 Uhr drücken Sie die 1. Für einen Rückruf heute um 15 Uhr drücken Sie die 2. "
    "Für einen Rückruf morgen um 8 Uhr drücken Sie die 3. Für einen Rückruf, sobald jemand frei ist, die 4."
)


@pytest.fixture
async def product(database: Database) -> AsyncIterator[Product]:
    async with answering(database, line({"first": MENU, "callback": BOOKED})) as started:
        yield started


async def _wishes(database: Database) -> list[tuple[str, datetime | None]]:
    async with database.transaction() as session:
        found = await session.scalars(select(CallbackRequest).order_by(CallbackRequest.id))
        return [(wish.number, wish.due_at) for wish in found]


async def test_a_caller_books_a_time_to_be_called(product: Product) -> None:
    async with product.database.transaction() as session:
        await people.add_contact(session)
    phone = await (await Phone(product).ring()).press("1")
    assert phone.heard == OFFER
    await phone.press("7")
    assert phone.heard == f"Das habe ich leider nicht verstanden. {OFFER}"
    await phone.say("Die Drei")
    assert phone.heard == "Wir rufen Sie morgen um 8 Uhr zurück. Ihre Vorgangsnummer ist T 1. Auf Wiederhören."
    assert phone.document[-1].tag == "Hangup"
    assert await _wishes(product.database) == [(GRETA, datetime(2026, 11, 24, 7, 0, tzinfo=UTC))]
    async with product.database.transaction() as session:
        [subject] = await session.scalars(select(Ticket.subject))
    assert subject == "Rückruf für Greta Sommer: Di., 24. Nov., 08:00"


async def test_or_as_soon_as_somebody_is_free(product: Product) -> None:
    phone = await (await Phone(product).ring()).press("1")
    await phone.press("4")
    assert phone.heard.startswith("Wir rufen Sie unter dieser Nummer zurück.")
    assert await _wishes(product.database) == [(GRETA, None)]


async def test_a_time_that_many_chose_is_not_offered_again(product: Product) -> None:
    for number in range(3):
        phone = await (await Phone(product, f"CA{number}", f"+4930231250{number}").ring()).press("1")
        await phone.press("1")
    phone = await (await Phone(product, "CA9").ring()).press("1")
    assert phone.heard.startswith("Für einen Rückruf heute um 13 Uhr drücken Sie die 1.")


async def test_who_withholds_the_number_gives_one_first(product: Product) -> None:
    phone = await (await Phone(product, number="anonymous").ring()).press("1")
    gather = phone.document.find("Gather")
    assert (gather.get("numDigits"), gather.get("finishOnKey")) == ("17", "#")
    await phone.say("null drei null zwei drei eins zwei fünf null acht acht")
    assert phone.heard.startswith("Ich habe verstanden: 0 3 0 2 3 1 2 5 0 8 8.")
    await phone.press("2")
    assert phone.heard.startswith("Bitte geben Sie die Nummer ein")
    await (await phone.press("03023125099")).say("ja")
    assert phone.heard == OFFER
    await phone.press("1")
    assert await _wishes(product.database) == [("+493023125099", datetime(2026, 11, 23, 11, 0, tzinfo=UTC))]


async def test_whose_number_is_given_is_known_to_the_team_and_nothing_is_told_to_whoever_gave_it(
    product: Product,
) -> None:
    async with product.database.transaction() as session:
        greta = await people.add_contact(session)
    phone = await (await Phone(product, number="anonymous").ring()).press("1")
    await (await phone.press("03023125010")).press("1")
    assert "Greta" not in phone.heard
    await phone.press("1")
    async with product.database.transaction() as session:
        assert (await session.scalars(select(Ticket.contact_id))).all() == [greta.id]
        assert (await session.scalars(select(Ticket.subject))).one().startswith("Rückruf für Greta Sommer")
        assert (await session.scalars(select(Call.contact_id))).all() == [None], "it proves nothing"


async def test_who_is_not_to_be_called_is_not_called_because_somebody_typed_their_number(product: Product) -> None:
    async with product.database.transaction() as session:
        greta = await people.add_contact(session)
        await do_not_call.refuse_calls(session, SYSTEM, greta.id, NOW)
    phone = await (await Phone(product, number="anonymous").ring()).press("1")
    assert (await phone.press("03023125010")).heard.startswith("Diese Nummer kann ich nicht verwenden.")


async def test_before_a_message_a_number_may_be_given_or_left_out(sqlite_database: Database) -> None:
    async with answering(sqlite_database, line({"first": VOICEMAIL})) as product:
        phone = await Phone(product, number="anonymous").arrive()
        assert phone.heard.startswith("Wenn wir Sie zurückrufen dürfen, geben Sie bitte Ihre Nummer ein")
        assert phone.document.find("Record") is None
        await (await phone.press("03023125099")).press("1")
        assert phone.document.find("Record") is not None
        other = await Phone(product, "CA2", "anonymous").arrive()
        await other.keep_silent()
        assert other.document.find("Record") is not None


@pytest.mark.parametrize("typed", ["12", "09001234567", "01801234567", "03023125100", "03023125066", "030*23"])
async def test_not_every_number_is_called_back(product: Product, typed: str) -> None:
    """Neither what is none, nor what costs, nor our own line, nor who is blocked."""
    async with product.database.transaction() as session:
        await blocking.block(session, SYSTEM, "030 23125066", "Drohungen", NOW)
    phone = await (await Phone(product, number="anonymous").ring()).press("1")
    assert (await phone.press(typed)).heard.startswith("Diese Nummer kann ich nicht verwenden. Bitte geben Sie")


async def test_who_gives_none_goes_where_the_node_says(sqlite_database: Database) -> None:
    nodes = {"first": MENU, "callback": {**BOOKED, "else": "bye"}, "bye": {"do": "hang-up", "prompt": text("Schade.")}}
    async with answering(sqlite_database, line(nodes)) as product:
        phone = await (await Phone(product, number="anonymous").ring()).press("1")
        for _time in range(3):
            await phone.press("1")
        assert phone.heard.endswith("Schade.")
        person = await (await Phone(product, "CA2", "anonymous").ring()).press("1")
        assert (await person.press("0")).document.find("Record") is not None


async def test_without_opening_hours_the_wish_is_noted_at_once(sqlite_database: Database) -> None:
    hours: dict[str, Any] = {"company": {"hours": {"open": {}}, "sla": {}}}
    async with answering(sqlite_database, line({"first": BOOKED}, **hours)) as product:
        phone = await Phone(product).arrive()
        assert phone.heard.startswith("Wir rufen Sie unter dieser Nummer zurück.")


async def test_the_day_shows_who_is_to_be_called_when(database: Database) -> None:
    async with answering(database, line({"first": MENU, "callback": BOOKED, "voicemail": VOICEMAIL})) as product:
        for sid, number, key in (("CA1", GRETA, "3"), ("CA2", "+493023125011", "2"), ("CA3", "+493023125012", "4")):
            await (await (await Phone(product, sid, number).ring()).press("1")).press(key)
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        today = await agenda.day(session, mira, NOW)
        tomorrow = await agenda.day(session, mira, NOW + timedelta(days=1))
    assert [(entry.ref, entry.at) for entry in today["callbacks"]] == [
        ("T-3", None),
        ("T-2", datetime(2026, 11, 23, 14, 0, tzinfo=UTC)),
    ]
    assert [entry.ref for entry in tomorrow["callbacks"]] == ["T-3", "T-2", "T-1"]
