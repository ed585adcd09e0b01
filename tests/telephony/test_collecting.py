from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot import terminal
from crm_core.callcenter.calls import Call
from crm_core.company import Company
from crm_core.db import Database
from intents.reply import Fields
from tests import people
from tests.people import NOW
from tests.product import Product
from tests.telephony.lines import VOICEMAIL, answering, line, text
from tests.telephony.phone import Phone

CONTRACT = {
    "do": "collect-digits",
    "name": "contract",
    "label": text("Vertragsnummer", "Contract number"),
    "prompt": text("Ihre Vertragsnummer bitte.", "Your contract number, please."),
    "min": 4,
    "max": 6,
    "goto": "sorted",
}
SORTED = {"do": "branch", "when": [{"collected": "contract", "is": ["49*"], "goto": "gold"}], "else": "bye"}
GOLD = {"do": "say", "prompt": text("Willkommen, Goldkunde."), "goto": "bye"}
BYE = {"do": "hang-up"}
ADDRESS = {"do": "collect-words", "name": "address", "prompt": text("Ihre Adresse?"), "goto": "bye"}


def _company(**changes: Any) -> Company:
    return line({"first": {**CONTRACT, **changes}, "sorted": SORTED, "gold": GOLD, "bye": BYE})


@pytest.fixture
async def product(sqlite_database: Database) -> AsyncIterator[Product]:
    async with answering(sqlite_database, _company()) as started:
        yield started


async def _collected(database: Database) -> Any:
    async with database.transaction() as session:
        call = await session.get(Call, 1)
        assert call is not None
        return call.ivr.get("collected")


async def test_digits_are_read_back_and_kept(database: Database) -> None:
    async with answering(database, _company()) as product:
        phone = await Phone(product).arrive()
        gather = phone.document.find("Gather")
        assert (gather.get("numDigits"), gather.get("finishOnKey"), gather.get("input")) == ("6", "#", "dtmf speech")
        assert phone.heard == "Ihre Vertragsnummer bitte. Schließen Sie mit der Rautetaste ab."
        await phone.press("4711")
        assert "Ich habe verstanden: 4 7 1 1." in phone.heard
        await phone.press("2")
        assert phone.heard.startswith("Ihre Vertragsnummer bitte.")
        await (await phone.press("49012")).press("1")
        assert phone.heard.startswith("Willkommen, Goldkunde.")
        assert await _collected(database) == {"contract": "49012"}


@pytest.mark.parametrize(
    ("said", "digits"),
    [("4711", "4 7 1 1"), ("vier sieben eins eins", "4 7 1 1"), ("4 7 1 1 null.", "4 7 1 1 0"), ("47 11", "4 7 1 1")],
)
async def test_digits_may_be_said(product: Product, said: str, digits: str) -> None:
    phone = await (await Phone(product).arrive()).say(said)
    assert f"Ich habe verstanden: {digits}." in phone.heard


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("471", "Bitte geben Sie 4 bis 6 Ziffern ein."),
        ("4711471", "Bitte geben Sie 4 bis 6 Ziffern ein."),
        ("4*11", "Das habe ich leider nicht verstanden."),
        ("٤٧١١", "Das habe ich leider nicht verstanden."),
    ],
)
async def test_too_few_digits_are_asked_for_again(product: Product, typed: str, answer: str) -> None:
    phone = await (await Phone(product).arrive()).press(typed)
    assert phone.heard.startswith(f"{answer} Ihre Vertragsnummer")


async def test_numbers_of_two_digits_are_heard_too_and_read_back(product: Product) -> None:
    phone = await (await Phone(product).arrive()).say("vier einundzwanzig zwölf")
    assert phone.heard.startswith("Ich habe verstanden: 4 2 1 1 2.")


async def test_words_that_are_no_digits_are_asked_for_again(product: Product) -> None:
    phone = await (await Phone(product).arrive()).say("vier und dann weiß ich nicht mehr")
    assert phone.heard.startswith("Das habe ich leider nicht verstanden.")


async def test_zero_alone_leads_to_a_person_where_it_is_no_answer(sqlite_database: Database) -> None:
    async with answering(sqlite_database, _company()) as product:
        assert (await (await Phone(product).arrive()).press("0")).document.find("Record") is not None
    async with answering(sqlite_database, _company(min=1)) as product:
        phone = await (await Phone(product, "CA2").arrive()).press("0")
        assert "Ich habe verstanden: 0." in phone.heard


async def test_three_strikes_lead_to_a_person_or_to_what_is_named(sqlite_database: Database) -> None:
    async with answering(sqlite_database, _company()) as product:
        phone = await Phone(product).arrive()
        for _time in range(3):
            await phone.keep_silent()
        assert phone.heard.startswith("Ich verbinde Sie mit jemandem.")
        assert phone.document.find("Record") is not None
    async with answering(sqlite_database, _company(**{"else": "bye"})) as product:
        phone = await Phone(product, "CA2").arrive()
        for _time in range(3):
            await phone.press("1")
        assert phone.document[-1].tag == "Hangup"


async def test_one_digit_needs_no_pound_key(sqlite_database: Database) -> None:
    async with answering(sqlite_database, _company(min=1, max=1, confirm=False)) as product:
        phone = await Phone(product).arrive()
        gather = phone.document.find("Gather")
        assert (gather.get("numDigits"), gather.get("finishOnKey")) == ("1", "")
        assert phone.heard == "Ihre Vertragsnummer bitte."
        await phone.press("3")
        assert await _collected(sqlite_database) == {"contract": "3"}


async def test_words_are_read_back_and_kept(database: Database) -> None:
    async with answering(database, line({"first": ADDRESS, "bye": BYE})) as product:
        phone = await Phone(product).arrive()
        await phone.say("Zwei")
        assert "Ich habe verstanden: Zwei." in phone.heard
        await (await phone.press("2")).say("Seestraße 4 in Berlin")
        await phone.say("ja")
        assert phone.document[-1].tag == "Hangup"
        assert await _collected(database) == {"address": "Seestraße 4 in Berlin"}


async def test_words_decide_when_they_are_said_among_others(sqlite_database: Database) -> None:
    case = {"collected": "address", "is": ["Hamburg", "Berlin"], "goto": "gold"}
    branch = {"do": "branch", "when": [case], "else": "bye"}
    first = {**ADDRESS, "confirm": False, "goto": "sorted"}
    nodes = {"first": first, "sorted": branch, "gold": GOLD, "bye": BYE}
    async with answering(sqlite_database, line(nodes)) as product:
        assert (await (await Phone(product).arrive()).say("In Berlin am See")).heard.startswith(
            "Willkommen, Goldkunde."
        )
        phone = await (await Phone(product, "CA2").arrive()).say("In Berlinchen")
        assert phone.heard == "Vielen Dank für Ihren Anruf. Auf Wiederhören."


async def test_the_team_reads_it_on_the_cards(sqlite_database: Database) -> None:
    ask = {**CONTRACT, "confirm": False, "goto": "ticket"}
    async with answering(sqlite_database, line({"first": ask, "ticket": {"do": "open-ticket"}})) as product:
        async with sqlite_database.transaction() as session:
            await people.add_agent(session)
        phone = await (await Phone(product).arrive()).press("4711")
        await (await phone.say("Der Boiler tropft")).press("1")
        reply = await terminal.ask(sqlite_database, "Mira", "show T-1", NOW)
        [card] = [part for part in reply.parts if isinstance(part, Fields)]
        assert ("Given on the phone", "Contract number: 4711") in card.pairs


def test_a_branch_on_what_nobody_collects_is_refused() -> None:
    with pytest.raises(ValueError, match="names an answer that no node collects: contract"):
        line({"first": SORTED, "gold": GOLD, "bye": BYE, "voicemail": VOICEMAIL})
