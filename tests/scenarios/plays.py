"""Calls as they go, each with what is committed on the way: the plays in which server and worker are killed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from crm_core.agents import Role, find_agent
from crm_core.callcenter import blocking, outgoing, passing
from crm_core.callcenter.transfers import Kind
from telephony.simulator import Call as PhoneCall
from tests import people
from tests.people import as_actor
from tests.scenarios.floor import GRETA, PHONES, CallCentre

MIRA, JONAS, _LENA = PHONES
# In the menu of the house, besides those of the company file.
CALLBACK_KEY = "5"
Play = Callable[[CallCentre], Awaitable[None]]


async def taken(centre: CallCentre) -> None:
    """Rings, waits, is taken, put on hold, talked, ended."""
    await centre.hire(MIRA)
    caller = await centre.queued()
    await centre.talk(caller, MIRA)
    await centre.say(MIRA, "hold")
    await centre.say(MIRA, "resume CALL-1")
    await centre.later(5)
    await caller.hang_up()
    await centre.later(10)


async def given_up(centre: CallCentre) -> None:
    """Nobody picks up in time."""
    await centre.hire(MIRA)
    caller = await centre.queued()
    await centre.rung(MIRA)
    await caller.hang_up()


async def handed_on(centre: CallCentre) -> None:
    """One declines, the other takes it and is cut off, and the caller comes back to the line."""
    await centre.hire(MIRA, JONAS)
    caller = await centre.queued()
    await (await centre.rung(MIRA)).decline()
    agent = await centre.talk(caller, JONAS)
    await agent.hang_up()
    await caller.press("1")
    await caller.hang_up()


async def left_word(centre: CallCentre) -> None:
    caller = await centre.call()
    await caller.press("4")
    await caller.say("Die Heizung ist kalt")
    await caller.press("#")
    await caller.hang_up()


async def passed_on(centre: CallCentre) -> None:
    """One hands them over to the other and goes."""
    caller = await _passed_on(centre, Kind.BLIND)
    await centre.talk(caller, JONAS)
    await caller.hang_up()


async def asked_about(centre: CallCentre) -> None:
    """One asks the other first, hands them over, and goes."""
    caller = await _passed_on(centre, Kind.WARM)
    await centre.take(JONAS)
    await _do(centre, passing.complete)
    await caller.hang_up()


async def _passed_on(centre: CallCentre, kind: Kind) -> PhoneCall:
    await centre.hire(MIRA, JONAS)
    caller = await centre.queued()
    await centre.talk(caller, MIRA)
    async with centre.database.transaction() as session:
        colleague = await find_agent(session, JONAS)
        await passing.to_agent(session, centre.actors[MIRA], 1, colleague, centre.now, kind=kind)
    await centre.twilio.settle()
    return caller


async def called_back(centre: CallCentre) -> None:
    """Waits for an agent who talks, wants to be called back instead, and is."""
    other = await _busy(centre)
    caller = await centre.queued()
    await caller.press("1")
    await other.hang_up()
    await centre.take(MIRA)
    customer = await customer_rung(centre)
    await customer.answer()
    await customer.hang_up()


async def dialled_in_vain(centre: CallCentre) -> None:
    """An agent wants to call somebody and does not pick up."""
    await _dial(centre)
    await (await centre.rung(MIRA)).decline()


async def hung_up_in_the_menu(centre: CallCentre) -> None:
    caller = await centre.call()
    await caller.hang_up()


async def left_nothing(centre: CallCentre) -> None:
    """Waits for an agent who talks, would rather leave a message, and says nothing."""
    other = await _busy(centre)
    caller = await centre.queued()
    await caller.press("2")
    await caller.hang_up()
    await other.hang_up()


async def held_to_the_end(centre: CallCentre) -> None:
    await centre.hire(MIRA)
    caller = await centre.queued()
    await centre.talk(caller, MIRA)
    await centre.say(MIRA, "hold")
    await caller.hang_up()


async def gone_while_passed_on(centre: CallCentre) -> None:
    caller = await _passed_on(centre, Kind.BLIND)
    await centre.rung(JONAS)
    await caller.hang_up()


async def taken_back(centre: CallCentre) -> None:
    """The colleague who was asked cannot help."""
    caller = await _passed_on(centre, Kind.WARM)
    await centre.take(JONAS)
    await _do(centre, passing.take_back)
    await caller.hang_up()


async def three_together(centre: CallCentre) -> None:
    caller = await _passed_on(centre, Kind.WARM)
    await centre.take(JONAS)
    await _do(centre, passing.join)
    await caller.hang_up()


async def accepted_in_chat(centre: CallCentre) -> None:
    """While a colleague's phone rings for the same caller."""
    await centre.hire(MIRA, JONAS)
    caller = await centre.queued()
    await centre.rung(MIRA)
    await centre.say(JONAS, "accept CALL-1")
    await centre.talk(caller, JONAS)
    await caller.hang_up()


async def dialled(centre: CallCentre) -> None:
    """An agent calls somebody, and they talk."""
    customer = await _dialled(centre)
    await customer.answer()
    await customer.hang_up()


async def dialled_nobody(centre: CallCentre) -> None:
    """An agent calls somebody, who declines."""
    await (await _dialled(centre)).decline()


async def turned_away(centre: CallCentre) -> None:
    """The number is blocked."""
    async with centre.database.transaction() as session:
        lena = as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD))
        await blocking.block(session, lena, GRETA, "prank", centre.now)
    await centre.call()


async def asked_in_the_menu(centre: CallCentre) -> None:
    """Wants to be called back as soon as somebody is free, without having waited, and is."""
    await centre.hire(MIRA)
    caller = await centre.call()
    await caller.press(CALLBACK_KEY)
    await caller.press("4")
    await caller.hang_up()
    await centre.take(MIRA)
    customer = await customer_rung(centre)
    await customer.answer()
    await customer.hang_up()


async def _busy(centre: CallCentre) -> PhoneCall:
    """The only agent talks to somebody else."""
    await centre.hire(MIRA)
    other = await centre.queued("+493023125099")
    await centre.talk(other, MIRA)
    return other


async def _do(centre: CallCentre, verb: Callable[..., Awaitable[object]]) -> None:
    """What the agent who talks does with the first call."""
    async with centre.database.transaction() as session:
        await verb(session, centre.actors[MIRA], 1, centre.now)
    await centre.twilio.settle()


async def _dial(centre: CallCentre) -> None:
    await centre.hire(MIRA)
    async with centre.database.transaction() as session:
        await outgoing.dial(session, centre.actors[MIRA], GRETA, centre.now)
    await centre.twilio.settle()


async def _dialled(centre: CallCentre) -> PhoneCall:
    await _dial(centre)
    await centre.take(MIRA)
    return await customer_rung(centre)


async def customer_rung(centre: CallCentre) -> PhoneCall:
    """Greta's phone, which rings."""
    await centre.until(lambda: centre.twilio.ringing(GRETA) is not None)
    customer = centre.twilio.ringing(GRETA)
    assert customer is not None
    return customer


WALKS: dict[Play, set[str]] = {
    taken: {"ivr>queued", "queued>talking", "talking>hold", "hold>talking", "talking>wrap-up", "wrap-up>done"},
    given_up: {"ivr>queued", "queued>abandoned"},
    handed_on: {"ivr>queued", "queued>talking", "talking>queued", "queued>abandoned"},
    left_word: {"ivr>voicemail"},
    passed_on: {"talking>hold", "hold>connecting", "connecting>talking", "talking>wrap-up", "wrap-up>done"},
    asked_about: {"talking>hold", "hold>talking", "talking>wrap-up", "wrap-up>done"},
    called_back: {"queued>callback", "queued>connecting", "connecting>talking", "talking>wrap-up", "wrap-up>done"},
    dialled_in_vain: {"ringing>failed"},
    hung_up_in_the_menu: {"ivr>done"},
    left_nothing: {"queued>ivr", "ivr>abandoned"},
    held_to_the_end: {"talking>hold", "hold>wrap-up"},
    gone_while_passed_on: {"hold>connecting", "connecting>done"},
    taken_back: {"hold>talking"},
    three_together: {"hold>talking"},
    accepted_in_chat: {"queued>connecting", "connecting>talking"},
    dialled: {"ringing>connecting", "connecting>talking", "talking>wrap-up", "wrap-up>done"},
    dialled_nobody: {"ringing>connecting", "connecting>failed"},
    turned_away: set(),
    asked_in_the_menu: {"ivr>callback", "queued>connecting", "connecting>talking"},
}
"""And where the call goes in each."""

CALLS_GRETA = {asked_in_the_menu, called_back, dialled, dialled_in_vain, dialled_nobody}
