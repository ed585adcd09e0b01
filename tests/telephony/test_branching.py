from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import Presence
from crm_core.callcenter import emergencies, presence, waiting
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, LegState
from crm_core.callcenter.queues import EntryState, QueueEntry
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


async def _in_queue(session: AsyncSession, number: int, joined_at: datetime, taken_at: datetime | None) -> None:
    """A caller of the past hour, waiting still or taken by an agent."""
    call = Call(sid=f"CQ{number}", direction="inbound", state="queued", ivr={}, started_at=joined_at)
    call.version, call.created_at, call.updated_at = 1, joined_at, joined_at
    session.add(call)
    await session.flush()
    state = EntryState.BRIDGED if taken_at else EntryState.WAITING
    session.add(QueueEntry(call_id=call.id, queue="support", state=state, joined_at=joined_at))
    if taken_at is not None:
        leg = CallLeg(call_id=call.id, agent_id=1, number="+49301", state=LegState.JOINED, created_at=joined_at)
        leg.answered_at = taken_at
        session.add(leg)
    await session.flush()


async def test_a_long_queue_leads_elsewhere(database: Database) -> None:
    async with database.transaction() as session:
        for number in range(3):
            await _in_queue(session, number, NOW, None)
    assert await _where(database, {"queue": "support", "more_waiting_than": 2})
    assert not await _where(database, {"queue": "support", "more_waiting_than": 3})


async def test_the_wait_is_estimated_by_the_pace_of_the_last_hour(database: Database) -> None:
    """Six were taken within the hour, and two wait: the third in line waits for half an hour."""
    async with database.transaction() as session:
        await people.add_agent(session)
        for number in range(8):
            taken_at = NOW - timedelta(minutes=9 * number + 1) if number < 6 else None
            await _in_queue(session, number, NOW - timedelta(hours=2), taken_at)
        await _in_queue(session, 9, NOW - timedelta(hours=2), NOW - timedelta(minutes=61))
        assert await waiting.estimate(session, "support", NOW) == timedelta(minutes=30)
    assert await _where(database, {"queue": "support", "longer_wait_than": "29m"})
    assert not await _where(database, {"queue": "support", "longer_wait_than": "30m"})


async def test_without_figures_no_wait_is_a_long_one(database: Database) -> None:
    async with database.transaction() as session:
        await people.add_agent(session)
        for number in range(9):
            taken_at = NOW - timedelta(minutes=1) if number < waiting.FEWEST_TAKEN - 1 else None
            await _in_queue(session, number, NOW - timedelta(hours=1), taken_at)
    assert not await _where(database, {"queue": "support", "longer_wait_than": "1m"})


async def test_an_emergency_goes_its_own_way(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def until_noon(_session: AsyncSession, now: datetime) -> bool:
        return now < NOW + timedelta(hours=2)

    monkeypatch.setattr(emergencies, "_ASKED", [])
    assert await _where(sqlite_database, {"emergency": False})
    emergencies.register(until_noon)
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
