"""What callers hear of an emergency."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from crm_core.agents import SYSTEM, Actor, Presence
from crm_core.callcenter import emergencies, presence, queues
from crm_core.callcenter.emergencies import Action
from crm_core.company import Company, QueueRule
from crm_core.db import Database
from tests import people
from tests.people import NOW, as_actor
from tests.product import Product, running
from tests.telephony.phone import Phone

POWER = {"de": "Bei uns ist der Strom ausgefallen."}
GENERAL = "Because of an emergency we can only help to a limited extent right now."
STRANGER = "+493023125099"


@pytest.fixture
async def product(database: Database, company: Company) -> AsyncIterator[Product]:
    crisis = QueueRule(name={"de": "Krise", "en": "Crisis"})
    company = company.model_copy(update={"queues": {**company.queues, "crisis": crisis}})
    database.works_for(company)
    async with running(database, company) as started:
        async with database.transaction() as session:
            await presence.set_presence(session, await _mira(session), Presence.AVAILABLE, NOW)
        yield started


async def _mira(session: Any) -> Actor:
    return as_actor(await people.add_agent(session))


async def _emergency(product: Product, texts: Mapping[str, str] = POWER, **rules: Any) -> None:
    async with product.database.transaction() as session:
        await emergencies.declare(session, SYSTEM, texts, NOW + timedelta(hours=1), NOW, **rules)


def _said(phone: Phone) -> list[tuple[str, str]]:
    return [(say.get("language"), say.text) for say in phone.document.iter("Say")]


async def test_a_stranger_hears_it_in_both_languages_before_the_greeting(product: Product) -> None:
    await _emergency(product)
    phone = await Phone(product, number=STRANGER).ring()
    said = _said(phone)
    assert said[1] == ("de-DE", POWER["de"])
    assert said[2][0] == "en-US"
    assert said[2][1].startswith(GENERAL)
    assert "Willkommen" in said[3][1]


async def test_who_is_known_hears_it_in_their_language_alone(product: Product) -> None:
    await _emergency(product, {**POWER, "en": "Our power is out."})
    async with product.database.transaction() as session:
        await people.add_contact(session, "Emily Clarke", "+442079460123", language="en")
    phone = await Phone(product, number="+442079460123").ring()
    assert "Our power is out." in phone.heard
    assert "Strom" not in phone.heard


async def test_after_its_time_nobody_hears_of_it(product: Product) -> None:
    await _emergency(product)
    product.runtime.clock = lambda: NOW + timedelta(hours=1)
    assert "Strom" not in (await Phone(product).ring()).heard


async def test_who_waits_already_is_told_once(product: Product) -> None:
    phone = await (await Phone(product).ring()).press("3")
    await phone.go(phone.enqueue.get("waitUrl"))
    assert "Strom" not in phone.heard
    await _emergency(product)
    await phone.go(phone.document.find("Redirect").text)
    assert phone.heard.startswith(POWER["de"])
    await phone.go(phone.document.find("Redirect").text)
    assert "Strom" not in phone.heard


async def test_who_heard_it_at_the_beginning_does_not_hear_it_again_while_waiting(product: Product) -> None:
    await _emergency(product)
    phone = await (await Phone(product).ring()).press("3")
    assert "Strom" not in phone.heard
    await phone.go(phone.enqueue.get("waitUrl"))
    assert "Strom" not in phone.heard


async def test_a_closed_house_has_its_closed_menu_and_no_queue(product: Product) -> None:
    await _emergency(product, action=Action.CLOSE)
    phone = await Phone(product).ring()
    assert "Wir haben gerade geschlossen." in phone.heard
    await phone.press("0")
    assert phone.enqueue is None
    assert phone.document.find("Record") is not None


async def test_who_waits_when_the_queues_close_can_leave_a_message(product: Product) -> None:
    phone = await (await Phone(product).ring()).press("3")
    left = phone.enqueue.get("action")
    await phone.go(phone.enqueue.get("waitUrl"))
    await _emergency(product, action=Action.CLOSE)
    await phone.go(phone.document.find("Redirect").text)
    assert phone.document.find("Leave") is not None
    await phone.go(left, QueueResult="leave")
    assert phone.heard.startswith(POWER["de"])
    assert phone.document.find("Record") is not None


async def test_diverted_callers_wait_where_they_were_sent(product: Product) -> None:
    await _emergency(product, action=Action.DIVERT, divert_to="crisis")
    phone = await (await Phone(product).ring()).press("3")
    assert phone.enqueue.text == "crisis"
    async with product.database.transaction() as session:
        assert [entry.queue for entry in await queues.waiting(session)] == ["crisis"]


async def test_what_a_lead_wrote_cannot_become_a_verb(product: Product) -> None:
    await _emergency(product, {"de": "</Say><Dial>+1900</Dial> & so weiter"})
    phone = await Phone(product).ring()
    assert phone.document.find(".//Dial") is None
    assert "</Say><Dial>+1900</Dial> & so weiter" in phone.heard
