"""Texts as Twilio delivers them."""

from collections.abc import AsyncIterator

import pytest
from lxml import etree
from sqlalchemy import select

from crm_core.company import Company
from crm_core.contacts import texts
from crm_core.contacts.texts import TextMessage
from crm_core.db import Database
from crm_core.support.tickets import Ticket
from tests import people
from tests.people import NOW, as_actor
from tests.product import Product, running

GRETA, LINE = "+493023125010", "+493023125100"


@pytest.fixture
async def product(database: Database, company: Company) -> AsyncIterator[Product]:
    async with running(database, company) as started:
        yield started


async def _text(product: Product, body: str, sid: str = "SM1", **more: str) -> list[str]:
    """What is texted back."""
    form = {"MessageSid": sid, "From": GRETA, "To": LINE, "Body": body, **more}
    response = await product.twilio("/twilio/text", **form)
    answer = await response.read()
    assert response.status == 200, answer
    return [str(message.text) for message in etree.fromstring(answer).iter("Message")]


async def test_a_text_opens_a_ticket_and_is_answered_in_the_customers_language(product: Product) -> None:
    async with product.database.transaction() as session:
        await people.add_contact(session)
    [said] = await _text(product, "Die Heizung ist kalt")
    assert said.startswith("Nordlicht Haustechnik: Ihre Nachricht ist da")
    assert await _text(product, "Seit gestern", "SM2") == []
    async with product.database.transaction() as session:
        assert (await session.scalars(select(Ticket.subject))).all() == ["Die Heizung ist kalt"]


@pytest.mark.parametrize(("word", "answers"), [("STOP", 0), ("STOPP", 1)])
async def test_a_stop_that_twilio_answers_itself_is_not_answered_twice(
    product: Product, word: str, answers: int
) -> None:
    assert len(await _text(product, word)) == answers


async def test_help_says_who_we_are_and_how_to_stop(product: Product) -> None:
    async with product.database.transaction() as session:
        await people.add_contact(session)
    [said] = await _text(product, "Hilfe")
    assert said == (
        "Nordlicht Haustechnik: Sie erreichen uns unter +49 30 23125100 oder mit einer Antwort hier. STOPP beendet SMS."
    )


async def test_a_repeated_delivery_gets_the_same_answer(product: Product) -> None:
    form = {"MessageSid": "SM1", "From": GRETA, "To": LINE, "Body": "Hallo"}
    answers = [await (await product.twilio("/twilio/text", token="T1", **form)).read() for _ in range(2)]
    assert answers[0] == answers[1]


async def test_a_status_finds_its_text(product: Product) -> None:
    async with product.database.transaction() as session:
        greta = await people.add_contact(session)
        mira = as_actor(await people.add_agent(session))
        await texts.write(session, mira, greta.id, "Wir kommen", NOW)
    form = {"MessageSid": "SM7", "MessageStatus": "undelivered", "ErrorCode": "30003"}
    assert (await product.twilio("/twilio/text-status?message=1", **form)).status == 200
    async with product.database.transaction() as session:
        [text] = (await session.scalars(select(TextMessage))).all()
        assert (text.sid, text.state, text.error) == ("SM7", "undelivered", 30003)


@pytest.mark.parametrize("form", [{}, {"MessageSid": "", "Body": "x"}, {"MessageSid": "S" * 200}])
async def test_what_twilio_never_sends_is_refused(product: Product, form: dict[str, str]) -> None:
    assert (await product.twilio("/twilio/text", **form)).status == 400


async def test_a_forged_text_is_refused(product: Product) -> None:
    response = await product.twilio("/twilio/text", signature="forged", MessageSid="SM1", Body="STOP")
    assert response.status == 403
