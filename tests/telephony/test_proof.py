from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from crm_core.callcenter import callers
from crm_core.contacts import pins
from crm_core.db import Database
from crm_core.inbox import Receipt
from crm_core.support import tickets
from tests import people
from tests.people import NOW, as_actor
from tests.product import Product
from tests.telephony.lines import VOICEMAIL, answering, line, text
from tests.telephony.phone import Phone

MENU = {"do": "menu", "prompt": text("Für Geheimes die 1."), "options": [{"key": "1", "goto": "secret"}]}
SECRET = {"do": "hang-up", "proof": "pin", "prompt": text("Das Geheimnis.")}


async def _greta_with_pin(database: Database) -> str:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        mira = as_actor(await people.add_agent(session))
        await tickets.open_ticket(session, mira, subject="Geheime Heizung", contact_id=greta.id, now=NOW)
        await pins.set_pin(session, mira, greta.id, NOW)
        drawn = await pins.draw(session, greta.id)
    assert drawn is not None
    return drawn


@pytest.fixture
async def product(database: Database) -> AsyncIterator[Product]:
    async with answering(database, line({"first": MENU, "secret": SECRET})) as started:
        yield started


def _wrong(pin: str) -> str:
    return "000000" if pin != "000000" else "111111"


async def test_the_pin_is_asked_for_by_keys_alone_and_opens_the_way(product: Product) -> None:
    pin = await _greta_with_pin(product.database)
    phone = await (await Phone(product).ring()).press("1")
    gather = phone.document.find("Gather")
    assert phone.heard == "Bitte geben Sie Ihre sechsstellige PIN ein."
    assert (gather.get("input"), gather.get("numDigits"), gather.get("finishOnKey")) == ("dtmf", "6", "#")
    await phone.press(_wrong(pin))
    assert phone.heard.startswith("Diese PIN ist nicht richtig. Bitte geben Sie")
    await phone.press("*")
    assert phone.heard == "Bitte geben Sie Ihre sechsstellige PIN ein."
    await phone.press(pin)
    assert phone.heard == "Das Geheimnis."


async def test_what_is_pressed_is_kept_nowhere(product: Product) -> None:
    pin = await _greta_with_pin(product.database)
    phone = await (await Phone(product).ring()).press("1")
    await phone.press(pin)
    async with product.database.transaction() as session:
        receipts = (await session.scalars(select(Receipt).order_by(Receipt.id))).all()
    assert [receipt.payload.get("Digits") for receipt in receipts] == [None, "1", "***"]
    assert pin not in str([receipt.payload for receipt in receipts])


async def test_a_repeated_delivery_of_the_pin_is_no_second_try(product: Product) -> None:
    pin = await _greta_with_pin(product.database)
    phone = await (await Phone(product).ring()).press("1")
    action = phone.action
    for _time in range(4):
        await phone.go(action, Digits=_wrong(pin))
        assert phone.heard.startswith("Diese PIN ist nicht richtig.")
    await phone.press(pin)
    assert phone.heard == "Das Geheimnis."


async def test_three_wrong_ones_lead_to_a_person_also_on_the_next_call(product: Product) -> None:
    pin = await _greta_with_pin(product.database)
    phone = await (await Phone(product).ring()).press("1")
    for _time in range(3):
        await phone.press(_wrong(pin))
    assert phone.heard.startswith("Ihre PIN ist für eine halbe Stunde gesperrt. Ich verbinde Sie mit jemandem.")
    assert phone.document.find("Record") is not None
    again = await (await Phone(product, "CA2").ring()).press("1")
    assert again.heard.startswith("Ihre PIN ist für eine halbe Stunde gesperrt.")


async def test_once_proved_it_holds_for_the_call_but_not_for_the_next(sqlite_database: Database) -> None:
    pin = await _greta_with_pin(sqlite_database)
    secret = {**SECRET, "do": "say", "goto": "first"}
    async with answering(sqlite_database, line({"first": {**MENU, "else": "voicemail"}, "secret": secret})) as product:
        phone = await (await Phone(product).ring()).press("1")
        await phone.press(pin)
        assert phone.heard == "Das Geheimnis. Für Geheimes die 1."
        await phone.press("1")
        assert phone.heard == "Das Geheimnis. Für Geheimes die 1."
        other = await (await Phone(product, "CA2").ring()).press("1")
        assert other.heard == "Bitte geben Sie Ihre sechsstellige PIN ein."


@pytest.mark.parametrize("number", ["+493023125077", "anonymous"])
async def test_who_is_not_known_meets_a_person(sqlite_database: Database, number: str) -> None:
    async with answering(sqlite_database, line({"first": MENU, "secret": SECRET})) as product:
        phone = await (await Phone(product, number=number).ring()).press("1")
        assert phone.heard.startswith("Ihre Nummer kenne ich nicht. Ich verbinde Sie mit jemandem.")


async def test_who_has_no_pin_meets_a_person(sqlite_database: Database) -> None:
    async with sqlite_database.transaction() as session:
        await people.add_contact(session)
    async with answering(sqlite_database, line({"first": MENU, "secret": SECRET})) as product:
        phone = await (await Phone(product).ring()).press("1")
        assert phone.heard.startswith("Für Sie ist noch keine PIN vergeben.")


@pytest.mark.parametrize("key", ["0", ""])
async def test_a_person_is_reached_from_the_question_for_the_pin(sqlite_database: Database, key: str) -> None:
    await _greta_with_pin(sqlite_database)
    async with answering(sqlite_database, line({"first": {**MENU, "else": "first"}, "secret": SECRET})) as product:
        phone = await (await Phone(product).ring()).press("1")
        for _time in range(1 if key else 3):
            await phone.go(phone.action, **({"Digits": key} if key else {}))
        assert phone.document.find("Record") is not None


async def test_the_caller_id_may_be_enough(sqlite_database: Database) -> None:
    nodes = {"first": MENU, "secret": {**SECRET, "proof": "caller-id"}}
    async with answering(sqlite_database, line(nodes)) as product:
        phone = await (await Phone(product).ring()).press("1")
        assert phone.heard.startswith("Ihre Nummer kenne ich nicht.")
        async with sqlite_database.transaction() as session:
            await people.add_contact(session)
        assert (await (await Phone(product, "CA2").ring()).press("1")).heard == "Das Geheimnis."


@pytest.mark.parametrize("said", ["Status T-1", "meine Tickets"])
async def test_no_sentence_leads_around_the_pin(sqlite_database: Database, said: str) -> None:
    pin = await _greta_with_pin(sqlite_database)
    options = [{"key": "1", "goto": "tickets"}, {"key": "2", "goto": "voicemail"}]
    nodes: dict[str, Any] = {"first": {**MENU, "options": options}, "tickets": {"do": "my-tickets", "proof": "pin"}}
    async with answering(sqlite_database, line(nodes)) as product:
        phone = await (await Phone(product).ring()).say(said)
        assert phone.heard == "Bitte geben Sie Ihre sechsstellige PIN ein."
        await phone.press(pin)
        assert "Für Geheime Heizung drücken Sie die 1." in phone.heard


async def test_another_contact_is_not_proved_by_the_first_ones_pin(sqlite_database: Database) -> None:
    pin = await _greta_with_pin(sqlite_database)
    secret = {**SECRET, "do": "say", "goto": "first"}
    async with answering(sqlite_database, line({"first": {**MENU, "else": "voicemail"}, "secret": secret})) as product:
        phone = await (await Phone(product).ring()).press("1")
        await phone.press(pin)
        async with sqlite_database.transaction() as session:
            other = await people.add_contact(session, "Emily Clarke", "+442079460123")
            mira = as_actor(await people.add_agent(session, "Jonas Weber"))
            await callers.assign(session, mira, 1, other.id, NOW)
        await phone.press("1")
        assert "Geheimnis" not in phone.heard


def test_nobody_needs_proof_to_reach_a_person() -> None:
    with pytest.raises(ValueError, match="asks for proof, but `0` leads here"):
        line({"first": MENU, "secret": SECRET, "voicemail": {**VOICEMAIL, "proof": "pin"}})


async def test_also_the_first_menu_may_ask_for_it(sqlite_database: Database) -> None:
    pin = await _greta_with_pin(sqlite_database)
    async with answering(sqlite_database, line({"first": {**MENU, "proof": "pin"}, "secret": SECRET})) as product:
        phone = await Phone(product).ring()
        assert "Für Geheimes" not in phone.heard
        await phone.follow()
        assert phone.heard == "Bitte geben Sie Ihre sechsstellige PIN ein."
        assert (await phone.press(pin)).heard == "Für Geheimes die 1."
