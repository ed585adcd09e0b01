import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core.agents import Actor
from crm_core.callcenter import arrivals, callers, calls, ending, legs, queues, reports, talks
from crm_core.callcenter.legs import CallLeg
from crm_core.callcenter.states import CallState, EntryState, LegState
from crm_core.db import Database
from crm_core.errors import CrmError, Invalid, Refused
from crm_core.outbox import Effect, EffectKind
from tests import people
from tests.crm_core.callcenter.stage import Floor
from tests.people import NOW, as_actor


async def _waiting(database: Database, sid: str = "CA1") -> int:
    async with database.transaction() as session:
        inbound = await arrivals.answer(session, sid, "+493023125010", "+493023125100", {}, NOW)
        call = await calls.lock_call(session, inbound.id)
        await queues.join(session, call, "support", NOW)
        return call.id


async def _agents(database: Database, count: int) -> list[Actor]:
    async with database.transaction() as session:
        return [as_actor(await people.add_agent(session, f"Agent {number}")) for number in range(count)]


async def _leg(database: Database, call_id: int) -> CallLeg:
    async with database.transaction() as session:
        return (await session.scalars(select(CallLeg).where(CallLeg.call_id == call_id))).one()


async def test_of_ten_agents_accepting_at_once_one_gets_the_caller(database: Database) -> None:
    call_id = await _waiting(database)
    agents = await _agents(database, 10)

    async def accept(actor: Actor) -> CrmError | None:
        try:
            async with database.transaction() as session:
                await talks.accept(session, actor, call_id, NOW)
        except CrmError as error:
            return error
        return None

    outcomes = await asyncio.gather(*(accept(actor) for actor in agents))
    assert outcomes.count(None) == 1
    assert all(isinstance(error, Refused) for error in outcomes if error is not None)
    async with database.transaction() as session:
        dials = await session.scalars(select(Effect).where(Effect.kind == EffectKind.DIAL))
        assert len(dials.all()) == 1


async def test_pressing_one_connects_both(database: Database) -> None:
    call_id = await _waiting(database)
    [mira] = await _agents(database, 1)
    async with database.transaction() as session:
        await talks.accept(session, mira, call_id, NOW)
    leg = await _leg(database, call_id)
    async with database.transaction() as session:
        found = await legs.lock_leg(session, leg.id)
        assert found is not None
        call = await talks.pick_up(session, found, NOW)
    assert call is not None
    assert call.state == CallState.TALKING
    async with database.transaction() as session:
        assert (await session.scalars(select(Effect).where(Effect.kind == EffectKind.REDIRECT))).one()


async def test_an_agent_who_does_not_pick_up_gives_the_place_back(database: Database) -> None:
    call_id = await _waiting(database)
    [mira] = await _agents(database, 1)
    async with database.transaction() as session:
        await talks.accept(session, mira, call_id, NOW)
    leg = await _leg(database, call_id)
    async with database.transaction() as session:
        found = await legs.lock_leg(session, leg.id)
        assert found is not None
        await reports.of_leg(session, found, "CA2", "no-answer", NOW, None, NOW)
    async with database.transaction() as session:
        entry = await queues.lock_entry(session, call_id)
        call = await calls.lock_call(session, call_id)
        assert entry is not None
        assert (entry.state, call.state, call.agent_id) == (EntryState.WAITING, CallState.QUEUED, None)


async def test_the_claim_runs_out_when_no_report_ever_comes(database: Database) -> None:
    call_id = await _waiting(database)
    [mira] = await _agents(database, 1)
    async with database.transaction() as session:
        await talks.accept(session, mira, call_id, NOW)
        later = NOW + timedelta(seconds=60)
        await talks.on_expired(session, {"offer": 1}, later - timedelta(seconds=1))
        entry = await queues.lock_entry(session, call_id)
        assert entry is not None
        assert entry.state == EntryState.CLAIMED
        await talks.on_expired(session, {"offer": 1}, later)
        leg = (await session.scalars(select(CallLeg))).one()
        assert (entry.state, leg.state) == (EntryState.WAITING, LegState.CANCELED)


async def test_a_caller_who_hung_up_cannot_be_connected(database: Database) -> None:
    call_id = await _waiting(database)
    [mira] = await _agents(database, 1)
    async with database.transaction() as session:
        await talks.accept(session, mira, call_id, NOW)
        assert await ending.leave_queue(session, await calls.lock_call(session, call_id), NOW)
    leg = await _leg(database, call_id)
    async with database.transaction() as session:
        found = await legs.lock_leg(session, leg.id)
        assert found is not None
        assert await talks.pick_up(session, found, NOW) is None


async def test_callers_wait_in_the_order_they_came(database: Database) -> None:
    for number in range(3):
        async with database.transaction() as session:
            at = NOW + timedelta(seconds=number)
            inbound = await arrivals.answer(session, f"CA{number}", "anonymous", "+493023125100", {}, at)
            entry = await queues.join(session, await calls.lock_call(session, inbound.id), "support", at)
            assert await queues.position(session, entry, NOW) == number + 1


async def test_an_agent_without_a_phone_is_told_so(sqlite_database: Database) -> None:
    call_id = await _waiting(sqlite_database)
    async with sqlite_database.transaction() as session:
        mira = as_actor(await people.add_agent(session, phone=None))
    with pytest.raises(Invalid):
        async with sqlite_database.transaction() as session:
            await talks.accept(session, mira, call_id, NOW)


@pytest.mark.parametrize("raw", ["+493023125010", "030 23125010", "0049 30 23125-010", "+49 (0) 30 23125010"])
async def test_a_known_caller_is_known_in_any_notation(database: Database, raw: str) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        caller = await callers.who_calls(session, raw)
    assert (caller.contact_id, caller.name, caller.language) == (greta.id, "Greta Sommer", "de")


async def test_a_number_of_several_people_names_nobody(database: Database) -> None:
    async with database.transaction() as session:
        await people.add_contact(session, "Greta Sommer")
        await people.add_contact(session, "Hans Sommer")
        caller = await callers.who_calls(session, "+493023125010")
    assert (caller.name, caller.contact_id, caller.number) == (None, None, "+493023125010")


async def test_a_withheld_number_names_nobody(database: Database) -> None:
    async with database.transaction() as session:
        await people.add_contact(session)
        assert await callers.who_calls(session, "anonymous") == callers.Caller()


async def test_an_unknown_caller_is_answered_in_the_language_of_last_time(database: Database) -> None:
    async with database.transaction() as session:
        inbound = await arrivals.answer(session, "CA1", "+442079460999", "+493023125100", {}, NOW)
        await calls.speak(session, await calls.lock_call(session, inbound.id), "en", NOW)
    async with database.transaction() as session:
        assert (await callers.who_calls(session, "+442079460999")).language == "en"


async def test_whose_phone_was_about_to_ring_for_who_left_the_queue_is_rung_for_the_next_one_at_once(
    floor: Floor,
) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    first, second = await floor.caller(), await floor.caller("+493023125011")
    async with floor.database.transaction() as session:
        await ending.leave_queue(session, await calls.lock_call(session, first), floor.now)
    assert (await floor.rung(first), await floor.rung(second)) == ([], ["Mira Okafor"])
