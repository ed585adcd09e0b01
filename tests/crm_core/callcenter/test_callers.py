import pytest

from crm_core.agents import SYSTEM, Actor
from crm_core.callcenter import arrivals, callers, calls
from crm_core.callcenter.calls import Call
from crm_core.callcenter.states import CallState
from crm_core.contacts import changes, contacts, imports
from crm_core.contacts.contacts import Kind
from crm_core.contacts.row import Row
from crm_core.db import Database
from crm_core.support import tickets
from tests import people
from tests.people import NOW, as_actor

SHARED = "+493023125010"


@pytest.fixture
async def mira(database: Database) -> Actor:
    async with database.transaction() as session:
        return as_actor(await people.add_agent(session))


async def _ring(database: Database, number: str, sid: str = "CA1") -> int:
    async with database.transaction() as session:
        return (await arrivals.answer(session, sid, number, "+493023125100", {}, NOW)).id


async def _contact_of(database: Database, call_id: int) -> int | None:
    async with database.transaction() as session:
        call = await session.get(Call, call_id)
        assert call is not None
        return call.contact_id


async def test_one_of_our_own_lines_is_nobody(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await people.add_contact(session, "Nordlicht", "+493023125100")
        assert (await callers.who_calls(session, "+49 30 23125100")).contact_id is None


async def test_an_extension_is_its_company(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        firm = await contacts.add_contact(
            session, mira, name="Stutz AG", kind=Kind.COMPANY, phone="0711 123-0", now=NOW
        )
        caller = await callers.who_calls(session, "+4971112345")
    assert (caller.contact_id, caller.name) == (firm.id, "Stutz AG")


async def test_who_shares_a_number_is_offered_and_the_last_caller_first(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await people.add_contact(session, "Greta Sommer", SHARED)
        jan = await people.add_contact(session, "Jan Sommer", SHARED)
    first = await _ring(database, SHARED)
    assert await _contact_of(database, first) is None
    async with database.transaction() as session:
        await callers.assign(session, mira, first, jan.id, NOW)
        found = await callers.candidates(session, SHARED)
    assert [candidate.contact.name for candidate in found] == ["Jan Sommer", "Greta Sommer"]
    assert [candidate.reason.id for candidate in found] == ["caller.called", "caller.shares-number"]


async def test_the_tickets_of_the_call_belong_to_the_one_who_called(database: Database, mira: Actor) -> None:
    call = await _ring(database, SHARED)
    async with database.transaction() as session:
        ticket = await tickets.open_ticket(session, mira, subject="Kessel", call_id=call, now=NOW)
        greta = await people.add_contact(session, "Greta Sommer", None)
        await callers.assign(session, mira, call, greta.id, NOW)
        assert ticket.contact_id == greta.id
        assert (await callers.who_calls(session, SHARED)).contact_id == greta.id


async def test_an_open_call_learns_whom_it_comes_from(database: Database, mira: Actor) -> None:
    call = await _ring(database, SHARED)
    async with database.transaction() as session:
        greta = await people.add_contact(session, "Greta Sommer", None)
        await changes.add_phone(session, mira, greta.id, SHARED, NOW)
    assert await _contact_of(database, call) == greta.id
    async with database.transaction() as session:
        await changes.remove_phone(session, mira, greta.id, SHARED, NOW)
    assert await _contact_of(database, call) is None


async def test_what_a_person_said_about_a_caller_stands(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session, "Greta Sommer", SHARED)
        await people.add_contact(session, "Jan Sommer", SHARED)
    call = await _ring(database, SHARED)
    async with database.transaction() as session:
        await callers.assign(session, mira, call, greta.id, NOW)
        await people.add_contact(session, "Ida Sommer", SHARED)
    assert await _contact_of(database, call) == greta.id


async def test_an_import_tells_open_calls_whom_they_come_from(database: Database, mira: Actor) -> None:
    waiting, over = await _ring(database, SHARED), await _ring(database, SHARED, "CA2")
    async with database.transaction() as session:
        await calls.move_to(session, await calls.lock_call(session, over), CallState.DONE, NOW)
        run = await imports.begin(session, SYSTEM, "a", NOW, again=False)
    row = Row(name="Greta Sommer", phones=["030 23125010"])
    await imports.take_in(database, SYSTEM, run.id, [row], NOW, lambda _count: None, update=False)
    assert await _contact_of(database, waiting) == 1001
    assert await _contact_of(database, over) is None
