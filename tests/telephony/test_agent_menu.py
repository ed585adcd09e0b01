"""Colleagues dial in, with every chat out of reach."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from crm_core.agents import Agent
from crm_core.callcenter import pins
from crm_core.callcenter.calls import Call
from crm_core.callcenter.offers import Offer
from crm_core.company import Company, QueueRule
from crm_core.db import Database
from crm_core.inbox import Receipt
from tests import people
from tests.people import NOW, as_actor
from tests.product import Product, running
from tests.telephony.phone import LINE, Phone

OWN = "+493023125201"
HOME = "+493023125777"


@pytest.fixture
async def product(database: Database, company: Company) -> AsyncIterator[Product]:
    """Mira's PIN is 4711; the pound key leads colleagues in, and phones are rung."""
    phone = company.phone.model_copy(update={"agent_key": "#"})
    ringing = QueueRule(name={"de": "Kundendienst", "en": "Support"}, routing="longest-idle")
    company = company.model_copy(update={"phone": phone, "queues": {**company.queues, "support": ringing}})
    database.works_for(company)
    async with database.transaction() as session:
        mira = await people.add_agent(session, "Mira Okafor", phone=OWN)
        await pins.set_pin(session, as_actor(mira), mira.id, "4711", NOW)
    async with running(database, company) as started:
        yield started


async def _presence(product: Product, name: str = "Mira Okafor") -> str:
    async with product.database.transaction() as session:
        return (await session.scalars(select(Agent.presence).where(Agent.name == name))).one()


async def _proved(product: Product, number: str = OWN, sid: str = "CA1") -> Phone:
    """After the PIN; from another phone after the number as well."""
    phone = await (await Phone(product, sid, number).ring()).press("#")
    if number != OWN:
        await phone.press("1")
    return await phone.press("4711")


async def test_from_ones_own_phone_the_pin_alone_is_asked_for(product: Product) -> None:
    phone = await (await Phone(product, number=OWN).ring()).press("#")
    assert phone.heard.startswith("Bitte geben Sie Ihre PIN ein")
    await phone.press("4711")
    assert phone.heard.startswith("Hello Mira Okafor. You are offline.")


async def test_on_ones_own_phone_one_is_available_when_one_hangs_up(product: Product) -> None:
    phone = await (await _proved(product)).press("1")
    assert phone.heard.startswith("You are available as soon as you hang up.")
    assert await _presence(product) == "offline"
    await phone.hang_up()
    assert await _presence(product) == "available"


async def test_who_changes_their_mind_before_hanging_up_is_away(product: Product) -> None:
    phone = await (await _proved(product)).press("1")
    await (await phone.press("2")).hang_up()
    assert await _presence(product) == "away"


async def test_from_any_other_phone_the_number_comes_first_and_one_is_available_at_once(product: Product) -> None:
    phone = await (await Phone(product, number=HOME).ring()).press("#")
    assert phone.heard.startswith("Für Mitarbeitende: Bitte geben Sie Ihre Nummer ein")
    await (await phone.press("1")).press("4711")
    await phone.press("1")
    assert phone.heard.startswith("You are available.")
    assert await _presence(product) == "available"


async def test_who_went_on_duty_by_phone_is_rung_for_who_calls(product: Product) -> None:
    await (await _proved(product, HOME)).press("1")
    caller = await (await Phone(product, "CA2", "+493023125010").ring()).press("3")
    assert caller.enqueue is not None
    async with product.database.transaction() as session:
        assert (await session.scalars(select(Offer.agent_id))).all() == [1]


async def test_how_many_wait_is_told(product: Product) -> None:
    phone = await (await _proved(product, HOME)).press("3")
    assert phone.heard.startswith("Nobody is waiting.")
    await phone.press("1")
    await (await Phone(product, "CA2", "+493023125010").ring()).press("3")
    await phone.press("3")
    assert phone.heard.startswith("1 caller is waiting, for 1 minute.")


@pytest.mark.parametrize("number", [OWN, HOME])
async def test_three_wrong_pins_end_the_call(product: Product, number: str) -> None:
    phone = await (await Phone(product, number=number).ring()).press("#")
    for guess in range(3):
        if number != OWN:
            await phone.press("1")
        await phone.press("0000")
        assert phone.heard.startswith("Das war nicht richtig.")
        hung_up, asks_again = (phone.document.find(verb) is not None for verb in ("Hangup", "Gather"))
        assert (hung_up, asks_again) == (guess == 2, guess < 2)
    assert await _presence(product) == "offline"


@pytest.mark.parametrize("digits", ["2", "999", "*", "9" * 40, "٣"])
async def test_a_number_of_nobody_sounds_like_any_other(product: Product, digits: str) -> None:
    phone = await (await Phone(product, number=HOME).ring()).press("#")
    await phone.press(digits)
    assert phone.heard.startswith("Bitte geben Sie Ihre PIN ein")
    await phone.press("4711")
    assert phone.heard.startswith("Das war nicht richtig.")


@pytest.mark.parametrize("number", [OWN, HOME])
async def test_who_enters_nothing_is_said_goodbye(product: Product, number: str) -> None:
    phone = await (await Phone(product, number=number).ring()).press("#")
    await phone.press("")
    assert phone.document.find("Hangup") is not None


async def test_a_locked_pin_sounds_wrong_even_when_it_is_right(product: Product) -> None:
    async with product.database.transaction() as session:
        for _guess in range(5):
            await pins.is_right(session, 1, "0000", NOW)
    phone = await _proved(product)
    assert phone.heard.startswith("Das war nicht richtig.")


async def test_without_a_pin_nobody_gets_to_the_menu(product: Product) -> None:
    phone = await Phone(product, number=OWN).ring()
    await phone.go("/twilio/colleague?step=2", Digits="1")
    assert phone.document.find("Hangup") is not None
    await phone.hang_up()
    assert await _presence(product) == "offline"


async def test_who_left_is_a_colleague_no_more(product: Product) -> None:
    phone = await _proved(product, HOME)
    async with product.database.transaction() as session:
        (await session.get_one(Agent, 1)).left_at = NOW
    await phone.press("1")
    assert phone.document.find("Hangup") is not None
    assert await _presence(product) == "offline"


@pytest.mark.parametrize("number", [OWN, HOME])
async def test_who_may_only_look_goes_on_no_duty(product: Product, number: str) -> None:
    async with product.database.transaction() as session:
        (await session.get_one(Agent, 1)).role = "viewer"
    phone = await (await _proved(product, number)).press("1")
    assert phone.document.find("Hangup") is not None
    await phone.hang_up()
    async with product.database.transaction() as session:
        assert (await session.scalars(select(Call.state))).all() == ["done"]
    assert await _presence(product) == "offline"


async def test_who_is_silent_for_long_has_said_all_there_is(product: Product) -> None:
    phone = await _proved(product)
    for _time in range(3):
        assert phone.document.find("Hangup") is None
        await phone.keep_silent()
    assert phone.document.find("Hangup") is not None


async def test_the_pin_is_stored_nowhere(product: Product) -> None:
    phone = await _proved(product, HOME)
    await phone.hang_up()
    async with product.database.transaction() as session:
        receipts = (await session.scalars(select(Receipt))).all()
        ivr = (await session.scalars(select(Call.ivr))).all()
    kept = [json.dumps(receipt.payload) for receipt in receipts] + [json.dumps(ivr)]
    assert len(kept) > 4
    assert not any("4711" in text for text in kept)


async def test_a_repeated_delivery_of_the_pin_gets_the_same_answer(product: Product) -> None:
    phone = await (await Phone(product, number=OWN).ring()).press("#")
    form = {"CallSid": "CA1", "From": OWN, "To": LINE, "Digits": "4711"}
    bodies = {await (await product.twilio(phone.action, **form)).read() for _time in range(3)}
    assert len(bodies) == 1
    assert b"Hello Mira Okafor" in bodies.pop()


async def test_without_a_key_in_the_company_file_there_is_no_such_menu(
    sqlite_database: Database, company: Company
) -> None:
    async with running(sqlite_database, company) as product:
        for key in ("#", "8"):
            phone = await (await Phone(product, f"CA{key}", OWN).ring()).press(key)
            assert phone.heard.startswith("Das habe ich leider nicht verstanden.")


async def test_the_key_means_so_in_menus_alone(product: Product) -> None:
    phone = await (await Phone(product, number=OWN).ring()).press("2")
    await phone.press("#")
    assert "PIN" not in phone.heard


async def test_a_phone_that_several_share_names_nobody(product: Product) -> None:
    async with product.database.transaction() as session:
        await people.add_agent(session, "Jonas Weber", phone=OWN)
    phone = await (await Phone(product, number=OWN).ring()).press("#")
    assert phone.heard.startswith("Für Mitarbeitende: Bitte geben Sie Ihre Nummer ein")


@pytest.mark.parametrize(
    ("key", "complaint"),
    [("2", "key 2 is the one of colleagues"), ("9", "pattern"), ("0", "pattern"), ("12", "pattern")],
)
def test_a_key_that_means_something_else_is_refused(company: Company, key: str, complaint: str) -> None:
    described: dict[str, Any] = company.model_dump(mode="json")
    described["phone"]["agent_key"] = key
    with pytest.raises(ValueError, match=complaint):
        Company.model_validate(described)
