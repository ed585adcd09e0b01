from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm_core import activity
from crm_core.agents import SYSTEM, Actor
from crm_core.company import Company
from crm_core.db import Database
from crm_core.outbox import Effect, EffectKind
from crm_core.support import details, sla, tickets
from crm_core.support.sla import Clock, TicketSla
from crm_core.support.tickets import Priority, Ticket
from tests import people
from tests.people import NOW, as_actor

HOUR = timedelta(hours=1)
STANDARD = {
    "name": "Standard",
    "first_response": {"urgent": "30m", "normal": "4h"},
    "resolution": {"urgent": "2h", "normal": "5h"},
}
PARK = {"name": "Park", "organisation": "seniorenhaus am park", "first_response": {"normal": "15m"}}


@pytest.fixture
def promise(database: Database, company: Company) -> Any:
    """Lets the database work for a house that promises these."""

    def promise(*policies: dict[str, Any], answered_by: str = "reply") -> None:
        data = company.model_dump() | {"sla": {"answered_by": answered_by, "policies": list(policies)}}
        database.works_for(Company.model_validate(data))

    promise(STANDARD)
    return promise


async def _open(database: Database, priority: Priority = Priority.NORMAL, contact_id: int | None = None) -> Ticket:
    async with database.transaction() as session:
        return await tickets.open_ticket(
            session, SYSTEM, subject="Cold", now=NOW, priority=priority, contact_id=contact_id
        )


async def _become(database: Database, ticket: Ticket, now: datetime, **values: object) -> None:
    """As any verb of a ticket would have it, without being held to the states it has today."""
    async with database.transaction() as session:
        held = await session.get_one(Ticket, ticket.id)
        session.expunge(held)
        for name, value in values.items():
            setattr(held, name, value)
        await sla.settle(session, held, now)


async def _clocks(database: Database, ticket: Ticket) -> dict[str, TicketSla]:
    async with database.transaction() as session:
        return {clock.clock: clock for clock in await sla.clocks_of(session, ticket.id)}


async def _ring(database: Database, now: datetime) -> None:
    """Every timer that is due, all of them again each time."""
    async with database.transaction() as session:
        due = select(Effect).where(Effect.kind == EffectKind.TIMER, Effect.due_at <= now).order_by(Effect.due_at)
        for effect in (await session.scalars(due)).all():
            await sla.on_due(session, effect.payload, now)


async def _said(database: Database, ticket: Ticket) -> list[tuple[str, str]]:
    async with database.transaction() as session:
        entries = await activity.timeline(session, "ticket", ticket.id)
    return [(entry.verb, entry.data["clock"]) for entry in reversed(entries) if ".sla-" in entry.verb]


async def _mira(database: Database) -> Actor:
    async with database.transaction() as session:
        return as_actor(await people.add_agent(session))


async def test_a_new_ticket_is_due_as_its_priority_was_promised(database: Database, promise: Any) -> None:
    clocks = await _clocks(database, await _open(database, Priority.URGENT))
    assert clocks[Clock.FIRST_RESPONSE].due_at == NOW + timedelta(minutes=30)
    assert clocks[Clock.RESOLUTION].due_at == NOW + 2 * HOUR
    assert clocks[Clock.RESOLUTION].warn_at == NOW + timedelta(minutes=96)


async def test_where_nothing_is_promised_nothing_is_due(database: Database, promise: Any) -> None:
    assert await _clocks(database, await _open(database, Priority.LOW)) == {}


async def test_the_first_policy_that_fits_the_customers_company_counts(database: Database, promise: Any) -> None:
    promise(PARK, STANDARD)
    async with database.transaction() as session:
        park = await people.add_contact(session, "Hanna Krug", None, organisation="Seniorenhaus am Park")
        other = await people.add_contact(session, "Paul Winter", None)
    clocks = await _clocks(database, await _open(database, contact_id=park.id))
    assert [(clock.policy, clock.due_at) for clock in clocks.values()] == [("Park", NOW + timedelta(minutes=15))]
    assert {c.policy for c in (await _clocks(database, await _open(database, contact_id=other.id))).values()} == {
        "Standard"
    }


async def test_the_clock_runs_in_opening_hours_only(database: Database, promise: Any) -> None:
    # 11:00 in Berlin; the house closes at 18:00 and opens at 08:00.
    promise({"name": "Long", "resolution": {"normal": "8h"}})
    clocks = await _clocks(database, await _open(database))
    assert clocks[Clock.RESOLUTION].due_at == NOW + 22 * HOUR


async def test_it_warns_at_80_percent_and_then_says_that_it_is_overdue_each_once(
    database: Database, promise: Any
) -> None:
    ticket = await _open(database)
    await _ring(database, NOW + 4 * HOUR - timedelta(minutes=48))
    await _ring(database, NOW + 4 * HOUR)
    await _ring(database, NOW + 6 * HOUR)
    await _ring(database, NOW + 6 * HOUR)
    assert await _said(database, ticket) == [
        ("ticket.sla-warned", "first-response"),
        ("ticket.sla-breached", "first-response"),
        ("ticket.sla-warned", "resolution"),
        ("ticket.sla-breached", "resolution"),
    ]


async def test_a_warning_draws_the_card_again(database: Database, promise: Any) -> None:
    await _open(database)
    async with database.transaction() as session:
        before = len((await session.scalars(select(Effect.id).where(Effect.kind == EffectKind.CARD))).all())
    await _ring(database, NOW + 4 * HOUR - timedelta(minutes=48))
    async with database.transaction() as session:
        after = len((await session.scalars(select(Effect.id).where(Effect.kind == EffectKind.CARD))).all())
    assert after == before + 1


async def test_a_timer_whose_moment_moved_does_nothing(database: Database, promise: Any) -> None:
    ticket = await _open(database, Priority.URGENT)
    await _become(database, ticket, NOW, priority="normal")
    await _ring(database, NOW + 2 * HOUR)
    assert await _said(database, ticket) == []


async def test_a_higher_priority_may_be_overdue_at_once(database: Database, promise: Any) -> None:
    ticket = await _open(database)
    await _become(database, ticket, NOW + HOUR, priority="urgent")
    assert await _said(database, ticket) == [("ticket.sla-breached", "first-response")]
    await _become(database, ticket, NOW + HOUR, priority="normal")
    assert (await _clocks(database, ticket))[Clock.FIRST_RESPONSE].breached_at is None


async def test_waiting_for_the_customer_does_not_cost_the_house_its_time(database: Database, promise: Any) -> None:
    ticket = await _open(database)
    await _become(database, ticket, NOW + HOUR, status="waiting")
    await _ring(database, NOW + 5 * HOUR)
    assert ("ticket.sla-breached", "resolution") not in await _said(database, ticket)
    # Six hours until the house closes at 18:00 in Berlin, and one of the next morning.
    await _become(database, ticket, NOW + 22 * HOUR, status="open")
    clock = (await _clocks(database, ticket))[Clock.RESOLUTION]
    assert clock.paused_seconds == 7 * 3600
    assert clock.due_at == NOW + 26 * HOUR
    assert clock.is_running


async def test_a_first_response_is_due_even_while_the_customer_is_waited_for(database: Database, promise: Any) -> None:
    ticket = await _open(database)
    await _become(database, ticket, NOW, status="waiting")
    assert (await _clocks(database, ticket))[Clock.FIRST_RESPONSE].is_running


async def test_reopening_goes_on_where_it_stood(database: Database, promise: Any) -> None:
    ticket = await _open(database)
    await _become(database, ticket, NOW + HOUR, status="resolved")
    await _become(database, ticket, NOW + 3 * HOUR, status="open")
    clocks = await _clocks(database, ticket)
    assert clocks[Clock.RESOLUTION].due_at == NOW + 7 * HOUR
    assert not clocks[Clock.FIRST_RESPONSE].is_running


async def test_a_claim_is_no_answer_unless_the_house_says_so(database: Database, promise: Any) -> None:
    mira = await _mira(database)
    for answered_by, is_running in (("reply", True), ("claim", False)):
        promise(STANDARD, answered_by=answered_by)
        ticket = await _open(database)
        async with database.transaction() as session:
            await tickets.claim(session, mira, ticket.id, NOW + HOUR)
        assert (await _clocks(database, ticket))[Clock.FIRST_RESPONSE].is_running is is_running


async def test_only_the_first_reply_is_the_first_response(database: Database, promise: Any) -> None:
    ticket = await _open(database)
    for hours in (1, 2):
        async with database.transaction() as session:
            await sla.responded(session, ticket.id, NOW + hours * HOUR)
    await _become(database, ticket, NOW + 3 * HOUR, priority="normal")
    assert (await _clocks(database, ticket))[Clock.FIRST_RESPONSE].stopped_since == NOW + HOUR


async def test_an_answer_that_came_too_late_is_noted_even_if_no_timer_rang(database: Database, promise: Any) -> None:
    ticket = await _open(database)
    async with database.transaction() as session:
        await sla.responded(session, ticket.id, NOW + 5 * HOUR)
    assert await _said(database, ticket) == [("ticket.sla-breached", "first-response")]


@pytest.mark.parametrize("verb", ["claim", "resolve"])
async def test_what_was_taken_back_runs_again(database: Database, promise: Any, verb: str) -> None:
    promise(STANDARD, answered_by="claim")
    mira, ticket = await _mira(database), await _open(database)
    async with database.transaction() as session:
        await getattr(tickets, verb)(session, mira, ticket.id, NOW + HOUR)
    assert not (await _clocks(database, ticket))[Clock.FIRST_RESPONSE].is_running
    async with database.transaction() as session:
        await activity.undo(session, mira, NOW + HOUR)
    assert all(clock.is_running for clock in (await _clocks(database, ticket)).values())


async def test_a_ticket_that_was_never_opened_has_no_clock_and_its_timers_find_nothing(
    database: Database, promise: Any
) -> None:
    mira = await _mira(database)
    async with database.transaction() as session:
        ticket = await tickets.open_ticket(session, mira, subject="Cold", now=NOW)
    async with database.transaction() as session:
        await activity.undo(session, mira, NOW)
    assert await _clocks(database, ticket) == {}
    await _ring(database, NOW + 9 * HOUR)
    assert await _said(database, ticket) == []


async def test_near_breach_lists_the_most_overdue_first_and_no_resolved_one(database: Database, promise: Any) -> None:
    mira = await _mira(database)
    late, urgent, done = await _open(database), await _open(database, Priority.URGENT), await _open(database)
    async with database.transaction() as session:
        await tickets.resolve(session, mira, done.id, NOW)
    async with database.transaction() as session:
        assert await sla.near_breach(session, mira, NOW) == []
        near = await sla.near_breach(session, mira, NOW + 4 * HOUR)
    assert [(ticket.id, clock.clock) for ticket, clock in near] == [
        (urgent.id, "first-response"),
        (urgent.id, "resolution"),
        (late.id, "first-response"),
        (late.id, "resolution"),
    ]


async def test_another_priority_is_another_promise_and_undo_brings_the_first_one_back(
    database: Database, promise: Any
) -> None:
    mira, ticket = await _mira(database), await _open(database)
    async with database.transaction() as session:
        urgent = await details.prioritise(session, mira, ticket.id, Priority.URGENT, NOW + HOUR / 4)
        assert urgent.next_due_at == NOW + HOUR / 2
    assert (await _clocks(database, ticket))[Clock.RESOLUTION].due_at == NOW + 2 * HOUR
    async with database.transaction() as session:
        await activity.undo(session, mira, NOW + HOUR / 3)
    assert (await _clocks(database, ticket))[Clock.RESOLUTION].due_at == NOW + 5 * HOUR


async def test_a_ticket_of_another_customer_has_their_promise(database: Database, promise: Any) -> None:
    promise(PARK, STANDARD)
    mira, ticket = await _mira(database), await _open(database)
    assert (await _clocks(database, ticket))[Clock.FIRST_RESPONSE].policy == "Standard"
    async with database.transaction() as session:
        guest = await people.add_contact(session, "Hannelore", "+493023125055", organisation="Seniorenhaus am Park")
        await details.set_contact(session, mira, ticket.id, guest.id, NOW)
    first = (await _clocks(database, ticket))[Clock.FIRST_RESPONSE]
    assert (first.policy, first.due_at) == ("Park", NOW + HOUR / 4)
