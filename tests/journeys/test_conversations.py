"""Whole conversations, in each mouth: what is asked, corrected and left comes to the same records."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, assert_never
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import select

from crm_core import rows
from crm_core.agents import Agent
from crm_core.company import Company
from crm_core.db import Database
from tests.journeys.mouths import CHANNELS, Mouths, as_spoken, speaking
from tests.journeys.script import Answered, Conversation, FilledIn, Pressed, Record, Restarted, Said, conversations

CONVERSATIONS = conversations(Path(__file__).with_name("conversations"))
# How it was said, and that a phone was used for it; the records are what counts.
ASIDE = {
    "receipt", "effect", "conversation", "choice_token", "card", "identity", "activity", "call", "call_leg",
    "call_counter", "agent_pin", "misunderstood",
}  # fmt: skip
# What is counted or indexed beside a record follows from it.
BESIDE = {"contact_token", "ticket_token", "token_variant", "ticket_sla", "pipeline_sum", "digest_key"}
_BERLIN = ZoneInfo("Europe/Berlin")
# Of each table the rows by id.
Content = dict[str, dict[str, dict[str, Any]]]
# Table, `new`, `gone` or the id, and the values.
Changes = list[tuple[str, str, dict[str, Any]]]


@pytest.fixture(scope="session")
def sqlite_copy(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("conversations") / "company.db"
    shutil.copy(sqlite_template, path)
    return path


@dataclass(frozen=True, slots=True)
class Stage:
    """The company as it was filled, to begin each conversation anew."""

    mouths: Mouths
    filled: Path
    before: Content

    async def begin_anew(self) -> None:
        async with self.mouths.house.database.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).dbapi_connection
            assert isinstance(driver, sqlite3.Connection)
            with closing(sqlite3.connect(self.filled)) as source:
                source.backup(driver)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(sqlite_copy: Path, company: Company) -> AsyncIterator[Stage]:
    filled = sqlite_copy.with_suffix(".filled")
    async with speaking(lambda: Database(f"sqlite:///{sqlite_copy}", company), company) as mouths:
        with closing(sqlite3.connect(sqlite_copy)) as source, closing(sqlite3.connect(filled)) as target:
            source.backup(target)
        yield Stage(mouths, filled, await _content(mouths.house.database))


async def _play(conversation: Conversation, mouths: Mouths, channel: str) -> None:
    await mouths.begin(channel)
    for step in conversation.steps:
        match step:
            case Said():
                await mouths.say(step.text)
            case Pressed():
                await mouths.press(step.label)
            case FilledIn():
                await mouths.fill_in(step.values)
            case Restarted():
                await mouths.house.restart()
            case Answered():
                wanted = as_spoken(step.piece) if channel == "phone" else step.piece
                assert (_flat(wanted) in _flat(mouths.answered)) is not step.is_absent, (channel, mouths.answered)
            case _:
                assert_never(step)
    await mouths.end()


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()


async def _content(database: Database) -> Content:
    async with database.transaction() as session:
        return {
            table.name: {
                "-".join(str(row[key.name]) for key in table.primary_key): {
                    column.name: row[column.name] for column in table.columns
                }
                async for batch in rows.read(session, table)
                for row in batch
            }
            for table in rows.tables()
            if table.name not in ASIDE
        }


def _changes(before: Content, after: Content) -> Changes:
    found: Changes = []
    for table, rows_after in after.items():
        rows_before = before[table]
        for key, row in rows_after.items():
            if key not in rows_before:
                found.append((table, "new", row))
            elif _settled(rows_before[key]) != _settled(row):
                found.append((table, key, row))
        found += [(table, "gone", row) for key, row in rows_before.items() if key not in rows_after]
    return found


def _settled(row: dict[str, Any]) -> dict[str, Any]:
    """What was changed and changed back is as it was."""
    return {name: value for name, value in row.items() if name not in {"version", "updated_at"}}


def _shown(value: Any, name: str, names: Mapping[int, str]) -> str:
    match value:
        case datetime():
            return f"{value.astimezone(_BERLIN):%Y-%m-%d %H:%M}"
        case int() if name in {"assignee_id", "owner_id", "agent_id"}:
            return names.get(value, str(value))
        case _:
            return str(value)


def _missing(wanted: list[Record], changes: Changes, names: Mapping[int, str]) -> list[str]:
    """What was expected and is not there, and what changed and was not expected."""
    left, missing = list(changes), []
    for record in wanted:
        fitting = next((change for change in left if _fits(record, change, names)), None)
        if fitting is None:
            missing.append(f"expected: {record}")
        else:
            left.remove(fitting)
    return missing + [f"unexpected: {change}" for change in left if change[0] not in BESIDE or not wanted]


def _fits(record: Record, change: tuple[str, str, dict[str, Any]], names: Mapping[int, str]) -> bool:
    table, which, row = change
    if (table, which) != (record.table, record.which):
        return False
    known = {name: name if name in row else f"{name}_id" for name in record.values}
    return all(_shown(row.get(known[name]), known[name], names) == value for name, value in record.values.items())


_MOMENT = {"updated_at", "created_at", "at"}


def _alike(changes: Changes) -> list[str]:
    """Without the moment and the channel."""
    return sorted(
        f"{table} {which} { ({name: value for name, value in row.items() if name not in {'channel', *_MOMENT}}) }"
        for table, which, row in changes
    )


async def _names(database: Database) -> dict[int, str]:
    async with database.transaction() as session:
        return {agent.id: agent.name for agent in await session.scalars(select(Agent))}


def test_there_are_forty_of_them_and_half_are_german() -> None:
    assert len(CONVERSATIONS) >= 40
    german = [one for one in CONVERSATIONS if one.name.startswith("de-")]
    assert len(german) >= 16


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[one.name for one in CONVERSATIONS])
async def test_it_comes_to_the_same_in_every_mouth(conversation: Conversation, stage: Stage) -> None:
    first: list[str] | None = None
    for channel in CHANNELS:
        await stage.begin_anew()
        changes = await _played(conversation, stage.mouths, channel, stage.before)
        first = first if first is not None else _alike(changes)
        assert _alike(changes) == first, channel


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("en-another-process-goes-on", "slack"),
        ("de-ein-anderer-prozess", "phone"),
        ("en-one-step-back", "telegram"),
        ("de-zwischendurch-etwas-getan", "terminal"),
    ],
)
async def test_likewise_where_many_processes_share_a_database(
    name: str, channel: str, postgres_database: Database, company: Company
) -> None:
    conversation = next(one for one in CONVERSATIONS if one.name == name)
    url = postgres_database.url.render_as_string(hide_password=False)
    async with speaking(lambda: Database(url, company), company) as mouths:
        await _played(conversation, mouths, channel, await _content(mouths.house.database))


async def _played(conversation: Conversation, mouths: Mouths, channel: str, before: Content) -> Changes:
    await _play(conversation, mouths, channel)
    changes = _changes(before, await _content(mouths.house.database))
    assert _missing(conversation.records, changes, await _names(mouths.house.database)) == [], channel
    return changes
