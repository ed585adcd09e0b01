"""A colleague who dialled in says what they want, in the words of any chat."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from crm_core.callcenter import pins
from crm_core.company import Company
from crm_core.db import Database
from crm_core.support.tickets import Ticket
from tests import people
from tests.people import NOW, as_actor
from tests.product import Product, running
from tests.telephony.phone import Phone

OWN = "+493023125201"


@pytest.fixture
async def product(database: Database, company: Company) -> AsyncIterator[Product]:
    company = company.model_copy(update={"phone": company.phone.model_copy(update={"agent_key": "#"})})
    database.works_for(company)
    async with database.transaction() as session:
        mira = await people.add_agent(session, "Mira Okafor", phone=OWN)
        await people.add_agent(session, "Jonas Weber", phone="+493023125202")
        await pins.set_pin(session, as_actor(mira), mira.id, "4711", NOW)
        await people.add_contact(session)
        await people.add_contact(session, "Greta Winter", "+493023125011")
    async with running(database, company) as started:
        yield started


async def _proved(product: Product) -> Phone:
    return await (await (await Phone(product, number=OWN).ring()).press("#")).press("4711")


async def _tickets(product: Product) -> list[tuple[str, int | None]]:
    async with product.database.transaction() as session:
        found = await session.scalars(select(Ticket).order_by(Ticket.id))
        return [(ticket.subject, ticket.assignee_id) for ticket in found]


async def test_a_whole_sentence_is_carried_out(product: Product) -> None:
    phone = await (await _proved(product)).say("open ticket heating is cold")
    assert phone.heard == "T 1 is open: heating is cold What else? For the menu, press 0."
    await phone.say("claim t one")
    assert await _tickets(product) == [("heating is cold", 1)]


async def test_what_is_missing_is_keyed_in(product: Product) -> None:
    phone = await (await _proved(product)).say("open ticket heating is cold")
    await phone.say("assign")
    assert phone.heard == "Which ticket? For example T 7. Say it, or key it in and press pound."
    await phone.press("1")
    assert phone.heard == "Which colleague?"
    await phone.say("Jonas")
    assert await _tickets(product) == [("heating is cold", 2)]


async def test_the_star_key_leaves_it(product: Product) -> None:
    phone = await (await _proved(product)).say("claim")
    await phone.press("*")
    assert phone.heard.startswith("All right, nothing was done.")


async def test_candidates_are_keys(product: Product) -> None:
    phone = await (await _proved(product)).say("log call with Greta: wants an offer")
    assert "For Greta Sommer, press 1. For Greta Winter, press 2. For Cancel, press 3." in phone.heard
    await phone.press("7")
    assert "For Greta Sommer, press 1." in phone.heard
    await phone.keep_silent()
    assert "For Greta Sommer, press 1." in phone.heard
    await phone.say("two")
    assert phone.heard.startswith("Noted as C A L L 2: call with Greta Winter.")


async def test_the_keys_mean_the_menu_again_once_nothing_is_open(product: Product) -> None:
    phone = await (await _proved(product)).say("pipeline")
    await phone.press("3")
    assert phone.heard.startswith("Nobody is waiting.")


async def test_zero_leads_back_to_the_menu(product: Product) -> None:
    phone = await (await _proved(product)).say("log call with Greta: wants an offer")
    await phone.press("0")
    assert phone.heard.startswith("To be available, press 1.")


async def test_it_is_answered_in_the_language_that_is_spoken(product: Product) -> None:
    phone = await (await _proved(product)).say("wer ist da")
    assert phone.heard.startswith("Gerade ist niemand im Dienst.")
    assert phone.document.find(".//Gather").get("language") == "de-DE"


async def test_who_did_not_prove_themselves_says_nothing(product: Product) -> None:
    phone = await Phone(product, number=OWN).ring()
    await phone.go("/twilio/colleague?step=2", SpeechResult="open ticket heating is cold")
    assert phone.document.find("Hangup") is not None
    assert await _tickets(product) == []
