"""A call list worked by several agents, each customer called as often as the rule says and never twice at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from crm_core.callcenter import filling
from crm_core.callcenter.callees import Callee
from crm_core.callcenter.filling import Wanted
from crm_core.contacts import do_not_call
from crm_core.contacts.consents import Purpose
from crm_core.contacts.contacts import Contact
from telephony.simulator import Call as PhoneCall
from tests import people
from tests.scenarios.floor import PHONES, CallCentre, scenario

MIRA, JONAS, LENA = PHONES
CUSTOMERS = {"Greta Sommer": "+493023125010", "Hans Berger": "+493023125011", "Paul Winter": "+493023125012"}
DISPOSITIONS = {"sold": {"de": "verkauft", "en": "sold"}, "wrong-number": {"de": "falsch", "en": "wrong number"}}


async def _list(centre: CallCentre, *names: str) -> None:
    """With these customers on it; everybody is hired."""
    await centre.hire(MIRA, JONAS, LENA)
    async with centre.database.transaction() as session:
        ids = [(await people.add_contact(session, name, CUSTOMERS[name])).id for name in names]
        wanted = [Wanted(contact_id) for contact_id in ids]
        await filling.make(session, centre.actors[LENA], "Spring", Purpose.SERVICE, wanted, centre.now)


async def _dial(centre: CallCentre, name: str, ref: str) -> PhoneCall:
    """The agent asks whose turn it is, calls, picks up and presses 1."""
    assert ref in (await centre.say(name, "next call")).text
    await centre.say(name, f"call {ref}")
    return await centre.take(name)


async def _customer(centre: CallCentre, name: str) -> PhoneCall:
    number = CUSTOMERS[name]
    await centre.until(lambda: centre.twilio.ringing(number) is not None, "the customer's phone")
    phone = centre.twilio.ringing(number)
    assert phone is not None
    return phone


async def _talk(centre: CallCentre, agent: str, ref: str, customer: str) -> None:
    await _dial(centre, agent, ref)
    phone = await _customer(centre, customer)
    await phone.answer()
    await centre.until(lambda: PHONES[agent] in phone.hears, "the agent's voice")
    await phone.hang_up()
    await centre.end()


async def _callees(centre: CallCentre) -> list[tuple[Any, ...]]:
    async with centre.database.transaction() as session:
        found = await session.execute(
            select(Contact.name, Callee.state, Callee.outcome, Callee.calls)
            .join(Contact, Contact.id == Callee.contact_id)
            .order_by(Callee.id)
        )
        return [tuple(row) for row in found]


@scenario
async def test_two_agents_share_a_list_and_each_customer_is_called_once(centre: CallCentre) -> None:
    await _list(centre, "Greta Sommer", "Hans Berger")
    await _dial(centre, MIRA, "LE-1")
    await _dial(centre, JONAS, "LE-2")
    for name, agent in (("Greta Sommer", MIRA), ("Hans Berger", JONAS)):
        phone = await _customer(centre, name)
        await phone.answer()
        await centre.until(lambda phone=phone, agent=agent: PHONES[agent] in phone.hears, "the voice")  # type: ignore[misc]
        await phone.hang_up()
    await centre.end()
    assert await _callees(centre) == [("Greta Sommer", "done", "reached", 1), ("Hans Berger", "done", "reached", 1)]
    assert [centre.dialled(CUSTOMERS[name]) for name in ("Greta Sommer", "Hans Berger")] == [1, 1]
    assert "Nobody is left" in (await centre.say(MIRA, "next call")).text


@scenario
async def test_who_does_not_pick_up_is_called_again_two_hours_later(centre: CallCentre) -> None:
    await _list(centre, "Greta Sommer")
    await _dial(centre, MIRA, "LE-1")
    await (await _customer(centre, "Greta Sommer")).ignore()
    await centre.end()
    assert await _callees(centre) == [("Greta Sommer", "open", "no-answer", 1)]
    assert "The next one is due" in (await centre.say(JONAS, "next call")).text
    await centre.later(7200)
    await _talk(centre, JONAS, "LE-1", "Greta Sommer")
    assert await _callees(centre) == [("Greta Sommer", "done", "reached", 2)]
    assert centre.dialled(CUSTOMERS["Greta Sommer"]) == 2


@scenario
async def test_an_engaged_line_is_tried_again_soon(centre: CallCentre) -> None:
    await _list(centre, "Greta Sommer", "Hans Berger")
    await _dial(centre, MIRA, "LE-1")
    await (await _customer(centre, "Greta Sommer")).decline()
    await centre.end()
    assert (await _callees(centre))[0] == ("Greta Sommer", "open", "busy", 1)
    await centre.later(900)
    assert "Greta Sommer" in (await centre.say(MIRA, "next call")).text


@scenario
async def test_the_disposition_after_the_call_decides(centre: CallCentre) -> None:
    centre.set(dispositions=DISPOSITIONS)
    await _list(centre, "Greta Sommer", "Hans Berger")
    await _talk(centre, MIRA, "LE-1", "Greta Sommer")
    await centre.say(MIRA, "disposition CALL-1 sold")
    assert (await _callees(centre))[0] == ("Greta Sommer", "done", "sold", 1)
    assert "1 sold" in (await centre.say(LENA, "call list Spring")).text
    assert "LE-2" in (await centre.say(MIRA, "next call")).text


@scenario
async def test_an_agent_who_misses_their_own_phone_has_the_customer_still(centre: CallCentre) -> None:
    await _list(centre, "Greta Sommer")
    await centre.say(MIRA, "next call")
    await centre.say(MIRA, "call LE-1")
    await (await centre.rung(MIRA)).ignore()
    await centre.end()
    assert (await _callees(centre), centre.dialled(CUSTOMERS["Greta Sommer"])) == (
        [("Greta Sommer", "open", None, 0)],
        0,
    )
    await _talk(centre, MIRA, "LE-1", "Greta Sommer")
    assert centre.dialled(CUSTOMERS["Greta Sommer"]) == 1


@scenario
async def test_a_customer_who_refuses_calls_meanwhile_is_not_rung(centre: CallCentre) -> None:
    await _list(centre, "Greta Sommer", "Hans Berger")
    await centre.say(MIRA, "next call")
    async with centre.database.transaction() as session:
        greta = (await session.scalars(select(Contact).where(Contact.name == "Greta Sommer"))).one()
        await do_not_call.refuse_calls(session, centre.actors[JONAS], greta.id, centre.now)
    assert "Hans Berger" in (await centre.say(MIRA, "call LE-1")).text
    await centre.end()
    assert centre.dialled(CUSTOMERS["Greta Sommer"]) == 0
    assert (await _callees(centre))[0] == ("Greta Sommer", "dropped", None, 0)


@scenario
async def test_a_preview_left_alone_goes_to_a_colleague(centre: CallCentre) -> None:
    await _list(centre, "Greta Sommer")
    await centre.say(MIRA, "next call")
    assert "with a colleague" in (await centre.say(JONAS, "next call")).text
    await centre.later(601)
    await _talk(centre, JONAS, "LE-1", "Greta Sommer")
    assert (await centre.say(MIRA, "skip LE-1")).text == "LE-1 is not to be called: done."
