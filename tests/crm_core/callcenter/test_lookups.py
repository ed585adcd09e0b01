"""What is looked up on the way of a call is found by an index, on either database."""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.callcenter import callback_requests, calling, checking, cut_off, rooms
from crm_core.db import Database
from crm_core.errors import Refused
from tests import people
from tests.people import NOW, as_actor

NUMBER = "+493023125010"
Lookup = Callable[[AsyncSession], Awaitable[Any]]


async def _current_call(session: AsyncSession) -> None:
    mira = as_actor(await people.add_agent(session))
    with suppress(Refused):
        await rooms.current_call(session, mira)


async def _called_already(session: AsyncSession) -> None:
    contact = await people.add_contact(session)
    await calling.refuse_second(session, contact, NUMBER, NOW)


LOOKUPS: list[tuple[str, str, Lookup]] = [
    ("ix_call_leg_live", "FROM call_leg", lambda session: checking.check_all(session, NOW)),
    ("ix_call_leg_live", "FROM call_leg", _current_call),
    ("ix_callback_request_ticket_id", "FROM callback_request", lambda session: callback_requests.of_ticket(session, 1)),
    ("ix_call_called", "FROM call ", lambda session: calling.waiting_callback(session, None, NUMBER)),
    ("ix_call_called", "FROM call ", lambda session: calling.refuse_second(session, None, NUMBER, NOW)),
    ("ix_call_called", "FROM call ", _called_already),
    ("ix_call_from_number", "FROM call ", lambda session: cut_off.find(session, 9, NUMBER, NOW, is_open=True)),
    ("ix_call_resumes_id", "FROM call ", lambda session: cut_off.find(session, 9, NUMBER, NOW, is_open=True)),
    (
        "ix_recording_ending",
        "FROM recording",
        lambda session: checking.check_all(session, NOW, settled_after=timedelta(0)),
    ),
]


@pytest.mark.parametrize(("index", "about", "lookup"), LOOKUPS)
async def test_it_is_found_by_its_index(database: Database, index: str, about: str, lookup: Lookup) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("SELECT") and about in re.sub(r"\s+", " ", statement) + " ":
            asked.append((statement, parameters))

    async with database.transaction() as session:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        try:
            await lookup(session)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        assert asked
        await _big(session, about.removeprefix("FROM ").strip(), index)
        plans = [await _plan(session, *one) for one in asked]
        await session.rollback()
    assert any(index in plan for plan in plans), plans


async def _big(session: AsyncSession, table: str, index: str) -> None:
    """Of a small table PostgreSQL reads all, by whichever index is at hand: none but this one is, for the moment."""
    if session.get_bind().dialect.name == "sqlite":
        return
    await session.execute(text("SET LOCAL enable_seqscan = off"))
    others = (
        "UPDATE pg_index SET indisvalid = false"
        " WHERE indrelid = to_regclass(:table) AND indexrelid <> to_regclass(:index)"
    )
    await session.execute(text(others), {"table": table, "index": index})


async def _plan(session: AsyncSession, statement: str, parameters: Any) -> str:
    if session.get_bind().dialect.name == "sqlite":
        rows = session.sync_session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    else:
        rows = await (await session.connection()).exec_driver_sql(f"EXPLAIN {statement}", parameters)
    return "\n".join(str(row) for row in rows)
