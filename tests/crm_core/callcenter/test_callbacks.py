"""Who wants to be called back keeps the place, and is called when an agent is there for it."""

from datetime import timedelta

from sqlalchemy import select

from crm_core.callcenter import callbacks, callers, calls, ending, estimates, legs, queues, reports
from crm_core.callcenter.callbacks import CallbackRequest
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.outgoing import customer_joined
from crm_core.outbox import EffectKind
from crm_core.support import tickets
from tests.crm_core.callcenter.stage import Floor


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


async def test_a_leg_is_dialled_once(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    await floor.caller()
    dials = await floor.effects(EffectKind.DIAL)
    async with floor.database.transaction() as session:
        assert [dial.payload["leg"] for dial in dials] == list(await session.scalars(select(CallLeg.id)))
