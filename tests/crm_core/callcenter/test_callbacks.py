"""Who wants to be called back keeps the place, and is called when an agent is there for it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm_core.agents import SYSTEM, Actor, Presence
from crm_core.callcenter import (
    arrivals,
    callbacks,
    callers,
    calls,
    ending,
    estimates,
    legs,
    outgoing,
    presence,
    queues,
    reports,
    talks,
)
from crm_core.callcenter.callback_requests import CallbackRequest
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.outgoing import customer_joined
from crm_core.callcenter.states import CallState
from crm_core.company import Hours
from crm_core.company.people import Branch
from crm_core.contacts import contacts
from crm_core.contacts.contacts import Kind
from crm_core.errors import Refused
from crm_core.outbox import EffectKind
from crm_core.support import tickets
from tests.crm_core.callcenter.stage import LINE, Floor


async def _wish(floor: Floor, call_id: int, number: str) -> int:
    """As the phone does it when the caller presses 1; the number of the call that is to be made."""
    async with floor.database.transaction() as session:
        call = await calls.lock_call(session, call_id)
        actor = (await callers.caller_of(session, call)).actor("de")
        ticket = await tickets.open_ticket(session, actor, subject="Rückruf", call_id=call_id, now=floor.now)
        wish = await callbacks.request_callback(session, actor, call, number, ticket.id, floor.now)
        await ending.leave_queue(session, call, floor.now)
        assert wish.outbound_id is not None
        return wish.outbound_id


async def test_the_place_is_kept_and_the_agent_is_rung_before_the_customer(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    first = await floor.caller("+493023125010")
    floor.later(10)
    second = await floor.caller("+493023125011")
    outbound = await _wish(floor, first, "+493023125010")
    await floor.hire("Mira Okafor")
    assert [await floor.rung(call) for call in (outbound, second)] == [["Mira Okafor"], []]
    assert await floor.press_one("Mira Okafor") is not None
    async with floor.database.transaction() as session:
        [customer] = await legs.live_legs(session, outbound, Party.CUSTOMER)
        assert customer.number == "+493023125010"
    assert await floor.state(outbound) == "connecting"
    async with floor.database.transaction() as session:
        leg = await legs.lock_leg(session, customer.id)
        assert leg is not None
        assert await customer_joined(session, leg, floor.now) is not None
    assert await floor.state(outbound) == "talking"
    floor.later(30)
    await _customer(floor, customer.id, "completed")
    await floor.report("Mira Okafor", "completed")
    assert (await floor.state(outbound), await floor.rung(second)) == ("done", ["Mira Okafor"])


async def _customer(floor: Floor, leg_id: int, status: str) -> None:
    async with floor.database.transaction() as session:
        leg = await legs.lock_leg(session, leg_id)
        assert leg is not None
        await reports.of_leg(session, leg, f"CL{leg.id}", status, floor.now, 30, floor.now)


async def test_nobody_is_called_back_twice_for_pressing_twice(floor: Floor) -> None:
    first = await floor.caller("+493023125010")
    await _wish(floor, first, "+493023125010")
    async with floor.database.transaction() as session:
        call = await calls.lock_call(session, first)
        actor = (await callers.caller_of(session, call)).actor("de")
        await callbacks.request_callback(session, actor, call, "+493023125010", 1, floor.now)
        assert len((await session.scalars(select(CallbackRequest))).all()) == 1
        assert len(await queues.waiting(session)) == 1


async def test_a_customer_who_does_not_answer_leaves_the_agent_free(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    outbound = await _wish(floor, await floor.caller(), "+493023125010")
    await floor.hire("Mira Okafor")
    await floor.press_one("Mira Okafor")
    async with floor.database.transaction() as session:
        [customer] = await legs.live_legs(session, outbound, Party.CUSTOMER)
    await _customer(floor, customer.id, "no-answer")
    assert await floor.state(outbound) == "failed"
    assert [effect.payload["to"] for effect in await floor.effects(EffectKind.REDIRECT)] == ["unreached"]
    await floor.report("Mira Okafor", "completed")
    assert await floor.presence("Mira Okafor") == "available"
    assert len(await floor.effects(EffectKind.DIAL)) == 2


async def test_nobody_is_called_back_at_night(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    outbound = await _wish(floor, await floor.caller(), "+493023125010")
    floor.now += timedelta(hours=12)
    await floor.hire("Mira Okafor")
    assert await floor.rung(outbound) == []


async def test_the_wait_is_told_only_from_what_calls_really_took(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    for number in range(estimates.FEWEST_CALLS):
        waiting = await floor.caller(f"+49302312501{number}")
        async with floor.database.transaction() as session:
            entry = await queues.lock_entry(session, waiting)
            assert entry is not None
            assert await estimates.wait_of(session, entry, floor.now) is None
        await floor.press_one("Mira Okafor")
        floor.later(120)
        await floor.hang_up(waiting)
        await floor.report("Mira Okafor", "completed")
    first, second = await floor.caller("+493023125021"), await floor.caller("+493023125022")
    async with floor.database.transaction() as session:
        found = [await queues.lock_entry(session, call) for call in (first, second)]
        waits = [await estimates.wait_of(session, entry, floor.now) for entry in found if entry is not None]
    assert waits == [timedelta(minutes=2), timedelta(minutes=4)]
    assert [estimates.bucket(wait) for wait in waits if wait is not None] == [2, 5]
    assert estimates.bucket(timedelta(hours=1)) is None


async def test_the_wait_is_told_by_what_agents_are_busy_with_and_by_who_may_take_the_caller(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    floor.set(wrap_up=timedelta(seconds=60))
    await floor.hire("Mira Okafor")
    for number in range(estimates.FEWEST_CALLS):
        call = await floor.caller(f"+49302312501{number}")
        await floor.press_one("Mira Okafor")
        await floor.pass_time(120)
        await floor.hang_up(call)
        await floor.report("Mira Okafor", "completed")
        await floor.pass_time(61)
    await floor.hire("Paul Only-English", languages=["en"])
    leaves = await floor.hire("Jonas Weber")
    busy = [await floor.caller(f"+49302312502{number}") for number in range(2)]
    await floor.press_one("Mira Okafor")
    await floor.press_one("Jonas Weber")
    await floor.does(presence.set_presence, leaves, Presence.OFFLINE)
    assert [await floor.state(call) for call in busy] == ["talking", "talking"]
    waiting = await floor.caller("+493023125031")
    async with floor.database.transaction() as session:
        entry = await queues.lock_entry(session, waiting)
        assert entry is not None
        assert await estimates.wait_of(session, entry, floor.now) == timedelta(minutes=3)


async def test_a_leg_is_dialled_once(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    await floor.caller()
    dials = await floor.effects(EffectKind.DIAL)
    async with floor.database.transaction() as session:
        assert [dial.payload["leg"] for dial in dials] == list(await session.scalars(select(CallLeg.id)))


async def _book(floor: Floor, number: str, due_at: datetime | None, contact_id: int | None = None) -> int:
    """A wish from the menu, of somebody who waited nowhere; the number of the call that is to be made."""
    async with floor.database.transaction() as session:
        inbound = await arrivals.answer(session, f"CA-{number}", number, LINE, {}, floor.now)
        call = await calls.lock_call(session, inbound.id)
        call.contact_id = contact_id
        actor = (await callers.caller_of(session, call)).actor("de")
        ticket = await tickets.open_ticket(session, actor, subject="Rückruf", call_id=call.id, now=floor.now)
        what = (session, actor, call, number, ticket.id, floor.now, due_at)
        wish = await callbacks.request_callback(*what, queue="support")
        await calls.move_to(session, call, CallState.CALLBACK, floor.now)
        assert wish.outbound_id is not None
        return wish.outbound_id


async def test_callbacks_for_later_hold_up_nobody(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    for number in range(25):
        await _book(floor, f"+4930231253{number:02}", floor.now + timedelta(hours=2))
    floor.later(60)
    call = await floor.caller()
    async with floor.database.transaction() as session:
        entry = await queues.lock_entry(session, call)
        assert entry is not None
        assert await queues.position(session, entry, floor.now) == 1
        assert await queues.count(session, "support", floor.now) == 1
    await floor.hire("Mira Okafor")
    assert await floor.rung(call) == ["Mira Okafor"]


async def test_callbacks_at_night_are_before_nobody_who_holds_the_line(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    for number in range(25):
        await _book(floor, f"+4930231253{number:02}", None)
    floor.now += timedelta(hours=12)
    call = await floor.caller()
    await floor.hire("Mira Okafor")
    assert await floor.rung(call) == ["Mira Okafor"]


async def test_who_wants_to_be_called_back_soon_is_so_where_calls_are_taken_by_hand(floor: Floor) -> None:
    floor.rule(routing="by-hand")
    await floor.hire("Mira Okafor")
    outbound = await _book(floor, "+493023125010", None)
    await floor.pass_time(29)
    assert await floor.rung(outbound) == []
    await floor.pass_time(2)
    assert await floor.rung(outbound) == ["Mira Okafor"]


async def test_who_wants_to_be_called_back_soon_is_so_while_somebody_is_free(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    outbound = await _book(floor, "+493023125010", None)
    await floor.pass_time(1)
    assert await floor.rung(outbound) == ["Mira Okafor"]


async def test_a_wish_at_night_is_met_when_it_opens(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    floor.now = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    outbound = await _book(floor, "+493023125010", None)
    await floor.pass_time(timedelta(hours=10, minutes=59).total_seconds())
    assert await floor.rung(outbound) == []
    await floor.pass_time(61)
    assert await floor.rung(outbound) == ["Mira Okafor"]


async def test_a_wish_that_is_left_over_in_the_evening_is_met_in_the_morning(floor: Floor) -> None:
    floor.rule(routing="by-hand", ring_after="5m")
    await floor.hire("Mira Okafor")
    floor.now = datetime(2026, 11, 23, 16, 58, tzinfo=UTC)
    outbound = await _book(floor, "+493023125010", None)
    await floor.pass_time(timedelta(hours=14, minutes=1).total_seconds())
    assert await floor.rung(outbound) == []
    await floor.pass_time(61)
    assert await floor.rung(outbound) == ["Mira Okafor"]


@pytest.mark.parametrize("asked_on", [5, 6])
async def test_nobody_is_called_back_on_a_holiday_where_they_are(floor: Floor, asked_on: int) -> None:
    """6 January 2027, a Wednesday: a holiday in Bavaria, none in Berlin."""
    floor.rule(routing="longest-idle")
    floor.now = datetime(2027, 1, asked_on, 9, 0, tzinfo=UTC)
    async with floor.database.transaction() as session:
        about: dict[str, Any] = {"name": "Brauhaus", "kind": Kind.COMPANY, "region": "DE-BY"}
        contact = await contacts.add_contact(session, SYSTEM, now=floor.now, **about)
    outbound = await _book(floor, "+498999998077", None, contact.id)
    floor.now = datetime(2027, 1, 6, 10, 0, tzinfo=UTC)
    await floor.hire("Mira Okafor")
    assert await floor.rung(outbound) == []
    await floor.pass_time(timedelta(hours=21, minutes=1).total_seconds())
    assert await floor.rung(outbound) == ["Mira Okafor"]


async def test_a_time_that_was_agreed_is_kept(floor: Floor) -> None:
    """Whatever the hours of the branch that looks after them say."""
    floor.rule(routing="longest-idle")
    late = Branch(name="Köln", hours=Hours(open={"mon-fri": "14:00-20:00"}), postcodes=["50"])
    floor.company = floor.company.model_copy(update={"branches": {"koeln": late}})
    floor.database.works_for(floor.company)
    async with floor.database.transaction() as session:
        contact = await contacts.add_contact(session, SYSTEM, name="Greta Sommer", now=floor.now, postcode="50667")
    at = floor.now + timedelta(hours=1)
    outbound = await _book(floor, "+493023125010", at, contact.id)
    await floor.hire("Mira Okafor")
    await floor.pass_time(timedelta(hours=1).total_seconds())
    assert await floor.rung(outbound) == ["Mira Okafor"]


async def _refusal(floor: Floor, actor: Actor, outbound: int, **how: bool) -> Refused:
    with pytest.raises(Refused) as refused:
        await floor.does(talks.accept, actor, outbound, **how)
    return refused.value


async def test_no_callback_is_taken_at_night(floor: Floor) -> None:
    floor.rule(routing="by-hand")
    mira = await floor.hire("Mira Okafor")
    outbound = await _book(floor, "+493023125010", None)
    floor.now = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    for early in (False, True):
        assert (await _refusal(floor, mira, outbound, early=early)).message.id == "call.outside-hours"
    with pytest.raises(Refused) as refused:
        await floor.does(lambda session, now: outgoing.dial(session, mira, "+493023125010", now))
    assert refused.value.message.id == "call.outside-hours"
    assert await floor.presence("Mira Okafor") == "available"


async def test_a_callback_for_later_is_taken_early_by_who_says_so(floor: Floor) -> None:
    floor.rule(routing="by-hand")
    mira = await floor.hire("Mira Okafor")
    due_at = floor.now + timedelta(hours=2)
    outbound = await _book(floor, "+493023125010", due_at)
    message = (await _refusal(floor, mira, outbound)).message
    assert (message.id, message.params["when"]) == ("call.booked-for", due_at)
    await floor.does(talks.accept, mira, outbound, early=True)
    assert await floor.state(outbound) == "connecting"
