from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import SYSTEM, Presence
from crm_core.callcenter import emergencies, estimates, presence
from crm_core.callcenter.calls import Call
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import EntryState
from crm_core.contacts import tags
from crm_core.db import Database
from crm_core.support import tickets
from tests import people
from tests.people import NOW, as_actor
from tests.telephony.lines import QUEUE, answering, line, text
from tests.telephony.phone import GRETA, Phone

STRANGER = "+493023125077"
_calls = itertools.count()
SUNDAY = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)


async def _where(
    database: Database, case: dict[str, Any], *, number: str = GRETA, now: datetime = NOW, **company: Any
) -> bool:
    """Whether a call is led to where the case leads."""
    nodes = {
        "first": {"do": "branch", "when": [{**case, "goto": "yes"}], "else": "no"},
        "yes": {"do": "hang-up", "prompt": text("Ja.")},
        "no": {"do": "hang-up", "prompt": text("Nein.")},
    }
    async with answering(database, line(nodes, company=company), clock=lambda: now) as product:
        phone = await Phone(product, f"CA{next(_calls)}", number).arrive()
        assert phone.document[-1].tag == "Hangup"
        return bool(phone.heard == "Ja.")


async def _greta(session: AsyncSession) -> int:
    return (await people.add_contact(session)).id


@pytest.mark.parametrize(("hours", "now"), [("open", NOW), ("closed", SUNDAY)])
async def test_hours_open_and_closed(sqlite_database: Database, hours: str, now: datetime) -> None:
    for wanted in ("open", "closed"):
        assert await _where(sqlite_database, {"hours": wanted}, now=now) is (wanted == hours)


async def test_a_branch_has_hours_of_its_own(sqlite_database: Database) -> None:
    branches = {"tokyo": {"name": "Tokyo", "time_zone": "Asia/Tokyo", "hours": {"open": {"sun": "18:00-20:00"}}}}
    case = {"hours": "open", "branch": "tokyo"}
    assert await _where(sqlite_database, case, now=SUNDAY, branches=branches)
    assert not await _where(sqlite_database, case, now=NOW, branches=branches)


async def test_who_is_known_and_how_they_are_tagged(database: Database) -> None:
    async with database.transaction() as session:
        await tags.put(session, await _greta(session), "vip")
    assert await _where(database, {"contact": "known", "tag": "VIP"})
    assert not await _where(database, {"contact": "unknown"})
    assert not await _where(database, {"tag": "late"})
    assert await _where(database, {"contact": "unknown"}, number=STRANGER)
    assert not await _where(database, {"tag": "vip"}, number=STRANGER)


async def test_who_has_open_tickets(database: Database) -> None:
    async with database.transaction() as session:
        greta, mira = await _greta(session), as_actor(await people.add_agent(session))
        ticket = await tickets.open_ticket(session, mira, subject="Kalt", contact_id=greta, now=NOW)
    assert await _where(database, {"tickets": "open"})
    assert not await _where(database, {"tickets": "open"}, number=STRANGER)
    assert await _where(database, {"tickets": "none"}, number=STRANGER)
    async with database.transaction() as session:
        await tickets.resolve(session, mira, ticket.id, NOW)
    assert await _where(database, {"tickets": "none"})


async def test_the_language_that_is_spoken(database: Database) -> None:
    async with database.transaction() as session:
        await people.add_contact(session, "Emily Clarke", "+442079460123", language="en")
    assert await _where(database, {"language": "en"}, number="+442079460123")
    assert not await _where(database, {"language": "de"}, number="+442079460123")
    assert await _where(database, {"language": "de"})


async def test_somebody_is_there_or_not(database: Database) -> None:
    assert await _where(database, {"queue": "support", "staffed": False})
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        await presence.set_presence(session, mira, Presence.AVAILABLE, NOW)
    assert await _where(database, {"queue": "support", "staffed": True})


async def _in_queue(session: AsyncSession, number: int, talk: timedelta | None) -> None:
    """A caller of the past hour, who waits still or had such a talk."""
    call = Call(sid=f"CQ{number}", direction="inbound", state="done" if talk else "queued", ivr={}, hold_seconds=0)
    call.queue, call.started_at = "support", NOW - timedelta(hours=1)
    call.version, call.created_at, call.updated_at = 1, call.started_at, call.started_at
    if talk is not None:
        call.talk_began_at, call.talk_ended_at = call.started_at, call.started_at + talk
    session.add(call)
    await session.flush()
    state = EntryState.DONE if talk else EntryState.WAITING
    joined = call.started_at
    times = {"joined_at": joined, "entered_at": joined, "rank_at": joined}
    session.add(QueueEntry(call_id=call.id, queue="support", state=state, **times))
    await session.flush()


async def test_a_long_queue_leads_elsewhere(database: Database) -> None:
    async with database.transaction() as session:
        for number in range(3):
            await _in_queue(session, number, None)
    assert await _where(database, {"queue": "support", "more_waiting_than": 2})
    assert not await _where(database, {"queue": "support", "more_waiting_than": 3})


async def test_the_wait_is_estimated_by_what_calls_took(database: Database) -> None:
    """Ten minutes each, one agent, and two wait: the third in line waits for half an hour."""
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        await presence.set_presence(session, mira, Presence.AVAILABLE, NOW)
        for number in range(8):
            await _in_queue(session, number, timedelta(minutes=10) if number < 6 else None)
        assert await estimates.of_queue(session, "support", "de", NOW) == timedelta(minutes=30)
    assert await _where(database, {"queue": "support", "longer_wait_than": "29m"})
    assert not await _where(database, {"queue": "support", "longer_wait_than": "30m"})


async def test_without_figures_no_wait_is_a_long_one(database: Database) -> None:
    async with database.transaction() as session:
        await people.add_agent(session)
        for number in range(9):
            talk = timedelta(minutes=10) if number < estimates.FEWEST_CALLS - 1 else None
            await _in_queue(session, number, talk)
    assert not await _where(database, {"queue": "support", "longer_wait_than": "1m"})


async def test_an_emergency_goes_its_own_way(sqlite_database: Database) -> None:
    assert await _where(sqlite_database, {"emergency": False})
    async with sqlite_database.transaction() as session:
        await emergencies.declare(session, SYSTEM, {"de": "Rohrbruch."}, NOW + timedelta(hours=2), NOW)
    assert await _where(sqlite_database, {"emergency": True})
    assert not await _where(sqlite_database, {"emergency": True}, now=NOW + timedelta(hours=3))


async def test_all_that_a_case_names_must_hold_and_the_first_case_counts(sqlite_database: Database) -> None:
    case = {"hours": "open", "contact": "known"}
    assert not await _where(sqlite_database, case, number=STRANGER)
    async with sqlite_database.transaction() as session:
        await _greta(session)
    assert await _where(sqlite_database, case)
    assert not await _where(sqlite_database, case, now=SUNDAY)


async def test_where_nobody_is_there_the_queue_leads_on(sqlite_database: Database) -> None:
    nodes = {
        "first": {**QUEUE, "else": "sorry"},
        "sorry": {"do": "say", "prompt": text("Leider nein."), "goto": "voicemail"},
    }
    async with answering(sqlite_database, line(nodes)) as product:
        phone = await Phone(product).arrive()
        assert "Leider nein." in phone.heard
        assert phone.document.find("Record") is not None
