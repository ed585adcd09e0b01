"""What agents and leads do while they talk: hold, pass on, consult, record, dial, listen."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select

from crm_core.agents import Role, find_agent
from crm_core.callcenter import holding, outgoing, passing, supervision, taping
from crm_core.callcenter.legs import CallLeg, Mode
from crm_core.callcenter.recordings import Recording
from crm_core.callcenter.transfers import Kind
from tests import people
from tests.scenarios.floor import GRETA, PHONES, CallCentre, scenario

MIRA, JONAS, LENA = PHONES
OUTSIDE = "+493099887766"


async def _do(centre: CallCentre, name: str, verb: Callable[..., Awaitable[Any]], *values: Any, **more: Any) -> None:
    """As a button or a sentence of theirs does it."""
    async with centre.database.transaction() as session:
        await verb(session, centre.actors[name], *values, centre.now, **more)
    await centre.twilio.settle()


async def _pass_on(centre: CallCentre, name: str, kind: Kind) -> None:
    async with centre.database.transaction() as session:
        agent = await find_agent(session, name)
        await passing.to_agent(session, centre.actors[MIRA], 1, agent, centre.now, kind=kind)
    await centre.twilio.settle()


async def _talking(centre: CallCentre) -> tuple[Any, Any]:
    """Greta talks with Mira; Jonas is free."""
    centre.rule(routing="ordered", members=[MIRA, JONAS])
    await centre.hire(MIRA, JONAS)
    caller = await centre.queued()
    return caller, await centre.talk(caller, MIRA)


@scenario
async def test_a_customer_on_hold_hears_nobody_and_afterwards_the_agent_again(centre: CallCentre) -> None:
    caller, _agent = await _talking(centre)
    await _do(centre, MIRA, holding.hold, 1)
    await centre.until(lambda: caller.hears == [], "the hold")
    await _do(centre, MIRA, holding.resume, 1)
    await centre.until(lambda: caller.hears == [PHONES[MIRA]], "the voice")
    await caller.hang_up()
    await centre.end()
    assert await centre.states() == ["done"]


@scenario
async def test_who_mutes_themselves_hears_the_customer_and_is_not_heard(centre: CallCentre) -> None:
    caller, agent = await _talking(centre)
    await _do(centre, MIRA, holding.set_muted, 1, muted=True)
    await centre.until(lambda: caller.hears == [], "the silence")
    assert agent.hears == [GRETA]
    await caller.hang_up()


@scenario
async def test_a_call_is_passed_on_blind_and_the_first_agent_is_free(centre: CallCentre) -> None:
    caller, _agent = await _talking(centre)
    await _pass_on(centre, JONAS, Kind.BLIND)
    await centre.take(JONAS)
    await centre.until(lambda: caller.hears == [PHONES[JONAS]], "the colleague")
    await caller.hang_up()
    await centre.end()
    assert (await centre.the_call()).agent_id == centre.actors[JONAS].agent_id


@scenario
async def test_a_call_that_is_passed_on_and_not_taken_is_not_lost(centre: CallCentre) -> None:
    caller, _agent = await _talking(centre)
    await _pass_on(centre, JONAS, Kind.BLIND)
    await (await centre.rung(JONAS)).decline()
    await centre.talk(caller, MIRA)
    await caller.hang_up()


@scenario
async def test_after_a_word_with_the_colleague_the_customer_is_handed_over(centre: CallCentre) -> None:
    caller, agent = await _talking(centre)
    await _pass_on(centre, JONAS, Kind.WARM)
    colleague = await centre.take(JONAS)
    await centre.until(lambda: colleague.hears == [PHONES[MIRA]], "the word between them")
    assert caller.hears == []
    await _do(centre, MIRA, passing.complete, 1)
    await centre.until(lambda: caller.hears == [PHONES[JONAS]], "the handing over")
    assert agent.is_over
    await caller.hang_up()


@scenario
async def test_the_colleague_cannot_help_and_the_customer_is_taken_back(centre: CallCentre) -> None:
    caller, _agent = await _talking(centre)
    await _pass_on(centre, JONAS, Kind.WARM)
    await centre.take(JONAS)
    await _do(centre, MIRA, passing.take_back, 1)
    await centre.until(lambda: caller.hears == [PHONES[MIRA]], "the first agent again")
    await caller.hang_up()
    await centre.end()
    assert await centre.presence(JONAS) == "available"


@scenario
async def test_three_talk_together(centre: CallCentre) -> None:
    caller, _agent = await _talking(centre)
    await _pass_on(centre, JONAS, Kind.WARM)
    await centre.take(JONAS)
    await _do(centre, MIRA, passing.join, 1)
    await centre.until(lambda: sorted(caller.hears) == sorted([PHONES[MIRA], PHONES[JONAS]]), "both voices")
    await caller.hang_up()


@scenario
async def test_somebody_outside_is_brought_in(centre: CallCentre) -> None:
    caller, _agent = await _talking(centre)
    await _do(centre, MIRA, passing.to_number, 1, OUTSIDE, kind=Kind.WARM)
    await centre.until(lambda: centre.twilio.ringing(OUTSIDE) is not None, "the phone outside")
    outside = centre.twilio.ringing(OUTSIDE)
    assert outside is not None
    await outside.answer()
    await outside.press("1")
    await centre.until(lambda: outside.hears == [PHONES[MIRA]], "the word between them")
    await _do(centre, MIRA, passing.complete, 1)
    await centre.until(lambda: caller.hears == [OUTSIDE], "the voice from outside")
    await caller.hang_up()


@scenario
async def test_a_talk_is_recorded_only_after_the_customer_pressed_a_key(centre: CallCentre) -> None:
    async with centre.database.transaction() as session:
        await people.add_contact(session)
    caller, _agent = await _talking(centre)
    await _do(centre, MIRA, taping.ask, 1)
    await centre.until(lambda: "aufgezeichnet" in caller.heard or "aufzeichnen" in caller.heard, "the announcement")
    await caller.press("1")
    await centre.until(lambda: caller.hears == [PHONES[MIRA]], "the talk again")
    await centre.later(30)
    await caller.hang_up()
    await centre.end()
    async with centre.database.transaction() as session:
        [recording] = (await session.scalars(select(Recording))).all()
        assert recording.agreed_at is not None
        assert recording.consent_id is not None


@scenario
async def test_without_a_key_nothing_is_recorded(centre: CallCentre) -> None:
    caller, _agent = await _talking(centre)
    await _do(centre, MIRA, taping.ask, 1)
    await centre.later(30)
    await centre.until(lambda: caller.hears == [PHONES[MIRA]], "the talk again")
    await caller.hang_up()
    await centre.end()
    assert centre.twilio.recordings == {}


@scenario
async def test_a_lead_listens_and_is_heard_by_nobody(centre: CallCentre) -> None:
    centre.set(supervision="barge")
    caller, agent = await _talking(centre)
    await centre.hire(LENA, role=Role.LEAD, on_duty=False)
    await _do(centre, LENA, supervision.supervise, 1, Mode.LISTEN)
    lead = await centre.take(LENA)
    await centre.until(lambda: GRETA in lead.hears, "what is said")
    assert PHONES[LENA] not in caller.hears + agent.hears
    await caller.hang_up()


@scenario
async def test_click_to_call_rings_the_agent_first_and_then_the_customer(centre: CallCentre) -> None:
    async with centre.database.transaction() as session:
        greta = await people.add_contact(session)
    await centre.hire(MIRA)
    agent, customer = await _dialled(centre, greta.id)
    await customer.answer()
    await centre.until(lambda: customer.hears == [PHONES[MIRA]], "the agent's voice")
    await agent.hang_up()
    await centre.end()
    assert (await centre.states(), centre.dialled(GRETA)) == (["done"], 1)


async def _dialled(centre: CallCentre, contact_id: int) -> tuple[Any, Any]:
    """The phones of both."""
    await _do_dial(centre, contact_id)
    assert centre.twilio.ringing(GRETA) is None
    agent = await centre.take(MIRA)
    await centre.until(lambda: centre.twilio.ringing(GRETA) is not None, "the customer's phone")
    return agent, centre.twilio.ringing(GRETA)


@scenario
async def test_an_agent_who_does_not_pick_up_rings_no_customer(centre: CallCentre) -> None:
    async with centre.database.transaction() as session:
        greta = await people.add_contact(session)
    await centre.hire(MIRA)
    await _do_dial(centre, greta.id)
    await (await centre.rung(MIRA)).ignore()
    await centre.end()
    assert (centre.dialled(GRETA), await centre.states()) == (0, ["failed"])


async def _do_dial(centre: CallCentre, contact_id: int) -> None:
    async with centre.database.transaction() as session:
        from crm_core.contacts.contacts import lock_contact

        contact = await lock_contact(session, contact_id)
        await outgoing.dial(session, centre.actors[MIRA], GRETA, centre.now, contact=contact)
    await centre.twilio.settle()


@scenario
async def test_every_leg_of_a_talk_ends_with_it(centre: CallCentre) -> None:
    caller, _agent = await _talking(centre)
    await _pass_on(centre, JONAS, Kind.WARM)
    await centre.rung(JONAS)
    await caller.hang_up()
    await centre.end()
    assert await centre.open_legs() == []
    assert await centre.count(CallLeg) >= 2
