from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity
from crm_core.agents import Actor
from crm_core.callcenter import calls
from crm_core.company import Company
from crm_core.db import Base, Database
from crm_core.errors import NotFound, Refused
from crm_core.support import checklist, links, merging, states, tags, ticket_calls, tickets, watchers
from crm_core.support.tickets import Status
from tests import people
from tests.people import NOW, as_actor

TABLES = ("ticket", "ticket_comment", "ticket_tag", "ticket_step", "ticket_watcher", "ticket_blocker", "ticket_call")
MOVES_ON = {"version", "updated_at"}
COUNT = 4
ticket_ids = st.integers(1, COUNT)
doings = st.lists(
    st.tuples(
        st.sampled_from(
            ["note", "tag-a", "tag-b", "step", "watch", "block", "call", "resolve", "close", "hold", "merge"]
        ),
        ticket_ids,
        ticket_ids,
    ),
    max_size=14,
)


async def _rows(session: AsyncSession) -> dict[str, list[dict[str, Any]]]:
    """All that lies in the ticket tables, but for what only ever grows."""
    found = {}
    for name in TABLES:
        table = Base.metadata.tables[name]
        rows = (await session.execute(select(table).order_by(*table.primary_key.columns))).mappings()
        found[name] = [{key: value for key, value in row.items() if key not in MOVES_ON} for row in rows]
    return found


async def _do(session: AsyncSession, actor: Actor, what: str, one: int, other: int) -> None:
    match what:
        case "note":
            await tickets.comment(session, actor, one, "noted", NOW)
        case "tag-a" | "tag-b":
            await tags.tag(session, actor, one, what, NOW)
        case "step":
            await checklist.add_step(session, actor, one, "call", NOW)
        case "watch":
            await watchers.watch(session, actor, one, NOW)
        case "block":
            await links.block(session, actor, one, other, NOW)
        case "call":
            await ticket_calls.link_call(session, actor, one, other, NOW)
        case "resolve":
            await tickets.resolve(session, actor, one, NOW)
        case "close":
            await states.close(session, actor, one, NOW)
        case "hold":
            await states.hold(session, actor, one, NOW)
        case "merge":
            await merging.merge(session, actor, one, other, NOW)


async def _merged_and_undone(database: Database, done: list[tuple[str, int, int]], one: int, other: int) -> bool:
    """False when the two could not be merged."""
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        greta = await people.add_contact(session)
        for number in range(COUNT):
            owner = greta.id if number % 2 else None
            call = await calls.log_call(session, mira, contact=greta, note="cold", minutes=1, now=NOW)
            opened_in = call.id if number % 3 == 0 else None
            await tickets.open_ticket(session, mira, subject="cold", contact_id=owner, call_id=opened_in, now=NOW)
        for step in done:
            try:
                async with session.begin_nested():
                    await _do(session, mira, *step)
            except Refused:
                session.expire_all()
        before = await _rows(session)
        try:
            async with session.begin_nested():
                await merging.merge(session, mira, one, other, NOW)
        except Refused:
            return False
        assert await _rows(session) != before
        await activity.undo(session, mira, NOW)
        assert await _rows(session) == before
    return True


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=doings, one=ticket_ids, other=ticket_ids)
def test_merging_and_taking_it_back_changes_nothing(
    sqlite_template: Path, tmp_path: Path, company: Company, done: list[tuple[str, int, int]], one: int, other: int
) -> None:
    path = tmp_path / "merge.db"
    for old in tmp_path.glob("merge.db*"):
        old.unlink()
    shutil.copy(sqlite_template, path)

    async def run() -> None:
        database = Database(f"sqlite:///{path}", company)
        try:
            await _merged_and_undone(database, done, one, other)
        finally:
            await database.close()

    asyncio.run(run())


async def test_merging_and_taking_it_back_on_either_database(database: Database) -> None:
    done = [
        ("note", 1, 1),
        ("tag-a", 1, 1),
        ("tag-b", 2, 2),
        ("step", 1, 1),
        ("watch", 1, 1),
        ("block", 3, 1),
        ("call", 1, 2),
    ]
    assert await _merged_and_undone(database, done, 1, 2)


@pytest.fixture
async def mira(database: Database) -> Actor:
    async with database.transaction() as session:
        actor = as_actor(await people.add_agent(session))
        for _number in range(2):
            await tickets.open_ticket(session, actor, subject="cold", now=NOW)
        return actor


async def test_a_merged_ticket_is_closed_and_what_was_said_goes_over(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await tickets.comment(session, mira, 1, "first", NOW)
        await tickets.comment(session, mira, 2, "second", NOW)
        await tags.tag(session, mira, 1, "outage", NOW)
        await merging.merge(session, mira, 1, 2, NOW)
    async with database.transaction() as session:
        gone = await tickets.read_ticket(session, mira, 1)
        assert (gone.status, gone.merged_into_id) == (Status.CLOSED, 2)
        assert [said.body for said in await tickets.comments(session, 2)] == ["second", "first"]
        assert await tags.tags_of(session, 2) == ["outage"]
        assert (await activity.timeline(session, "ticket", 1))[0].verb == "ticket.merged"
        with pytest.raises(Refused):
            await merging.merge(session, mira, 1, 2, NOW)
        with pytest.raises(Refused):
            await states.reopen(session, mira, 1, NOW)


async def test_what_one_customer_wrote_is_not_mixed_with_anothers(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        for name, phone in (("Greta Sommer", "+493023125010"), ("Emily Clarke", "+442079460123")):
            contact = await people.add_contact(session, name, phone)
            await tickets.open_ticket(session, mira, subject="cold", contact_id=contact.id, now=NOW)
        with pytest.raises(Refused):
            await merging.merge(session, mira, 3, 4, NOW)


async def test_a_note_becomes_a_ticket_and_back(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await tickets.comment(session, mira, 1, "the roof leaks too", NOW)
        before = await _rows(session)
        new = await merging.split(session, mira, 1, NOW)
        assert new.subject == "the roof leaks too"
        assert not await tickets.comments(session, 1)
        await activity.undo(session, mira, NOW)
        assert await _rows(session) == before
        with pytest.raises(NotFound):
            await merging.split(session, mira, 1, NOW, 2)


async def test_what_waited_may_go_on_when_the_other_is_resolved(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await links.block(session, mira, 1, 2, NOW)
        assert [one.id for one in await links.blockers(session, 1)] == [2]
        with pytest.raises(Refused):
            await links.block(session, mira, 2, 1, NOW)
        await tickets.resolve(session, mira, 2, NOW)
        assert not await links.blockers(session, 1)


async def test_no_ticket_is_part_of_itself(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await links.put_under(session, mira, 2, 1, NOW)
        for child, parent in ((1, 2), (1, 1)):
            with pytest.raises(Refused):
                await links.put_under(session, mira, child, parent, NOW)
        assert [one.id for one in await links.subtickets(session, 1)] == [2]
