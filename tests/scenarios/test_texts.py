"""Texts to and from customers."""

from sqlalchemy import select

from crm_core.contacts.texts import TextMessage
from crm_core.support.tickets import TicketComment
from tests import people
from tests.scenarios.floor import GRETA, LINE, CallCentre, scenario


async def _greta(centre: CallCentre) -> None:
    async with centre.database.transaction() as session:
        await people.add_contact(session)
    await centre.hire("Mira Okafor", on_duty=False)


async def _states(centre: CallCentre) -> list[str]:
    async with centre.database.transaction() as session:
        return list(await session.scalars(select(TextMessage.state).order_by(TextMessage.id)))


@scenario
async def test_a_text_opens_a_ticket_and_the_answer_reaches_the_phone(centre: CallCentre) -> None:
    await _greta(centre)
    await centre.twilio.text(GRETA, LINE, "Die Heizung ist kalt")
    assert await centre.tickets() == ["Die Heizung ist kalt"]
    await centre.say("Mira Okafor", "reply T-1 Wir kommen um zwei")
    await centre.end()
    texts = [text.body for text in centre.twilio.handset(GRETA).texts]
    if centre.is_good_day:
        assert texts[-1] == "T-1: Wir kommen um zwei"
    assert sum("Wir kommen um zwei" in text for text in texts) <= 1


@scenario
async def test_a_second_text_goes_on_with_the_ticket(centre: CallCentre) -> None:
    await _greta(centre)
    for body in ("Die Heizung ist kalt", "Seit gestern"):
        await centre.twilio.text(GRETA, LINE, body)
    async with centre.database.transaction() as session:
        assert (await session.scalars(select(TicketComment.body))).all() == ["Seit gestern"]
    assert len(await centre.tickets()) == 1


@scenario
async def test_stop_ends_texts_and_start_allows_them_again(centre: CallCentre) -> None:
    await _greta(centre)
    await centre.twilio.text(GRETA, LINE, "STOPP")
    refused = await centre.say("Mira Okafor", "text Greta Sommer: Wir kommen")
    assert "SMS" in refused.text
    await centre.twilio.text(GRETA, LINE, "START")
    await centre.say("Mira Okafor", "text Greta Sommer: Wir kommen")
    await centre.end()
    async with centre.database.transaction() as session:
        sent = await session.scalars(select(TextMessage.body).where(TextMessage.is_inbound.is_(False)))
        assert list(sent) == ["Wir kommen"]


@scenario
async def test_a_text_that_cannot_be_delivered_is_known_as_such(centre: CallCentre) -> None:
    await _greta(centre)
    centre.twilio.handset(GRETA).refuses_texts = 30003
    await centre.say("Mira Okafor", "text Greta Sommer: Wir kommen")
    await centre.end()
    if centre.is_good_day:
        assert await _states(centre) == ["undelivered"]


@scenario
async def test_a_text_is_sent_once_whatever_happens(centre: CallCentre) -> None:
    await _greta(centre)
    for number in range(5):
        await centre.say("Mira Okafor", f"text Greta Sommer: Nummer {number}")
    await centre.end()
    bodies = [text.body for text in centre.twilio.handset(GRETA).texts]
    assert len(bodies) == len(set(bodies))
    if centre.is_good_day:
        assert bodies == [f"Nummer {number}" for number in range(5)]
