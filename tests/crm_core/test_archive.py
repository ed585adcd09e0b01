from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from crm_core import archive, hold, rows, schema
from crm_core.company import Company
from crm_core.contacts.contacts import Contact
from crm_core.db import Database
from crm_core.errors import Invalid
from crm_core.outbox import Effect, EffectKind, enqueue
from crm_core.support.tickets import Ticket
from tests import people
from tests.people import NOW
from tests.postgres import create_database, drop_database
from tests.product import running
from webhooks.demo import company as sample


def _silent(_table: str, _rows: int) -> None:
    return None


@pytest.fixture
async def full(database: Database) -> Database:
    """The sample company, with something that waits to be sent."""
    async with database.transaction() as session:
        await sample.fill(session, NOW)
        await enqueue(session, EffectKind.POST, "slack:C1", {"text": "Grüße"}, NOW)
    return database


@pytest.fixture
async def empty_sqlite(sqlite_template: Path, tmp_path: Path, company: Company) -> AsyncIterator[Database]:
    shutil.copy(sqlite_template, tmp_path / "other.db")
    database = Database(f"sqlite:///{tmp_path}/other.db", company)
    yield database
    await database.close()


@pytest.fixture
async def empty_postgres(postgres: str, postgres_template: str, company: Company) -> AsyncIterator[Database]:
    name = f"other_{uuid4().hex[:12]}"
    database = Database(await create_database(postgres, name, template=postgres_template), company)
    yield database
    await database.close()
    await drop_database(postgres, name)


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest) -> Database:
    """Another database, migrated and not used yet."""
    found = request.getfixturevalue(f"empty_{request.param}")
    assert isinstance(found, Database)
    return found


async def _content(database: Database) -> dict[str, list[str]]:
    async with database.transaction() as session:
        found = {}
        for table in rows.tables():
            batches = [batch async for batch in rows.read(session, table)]
            found[table.name] = sorted(rows.line(table, row) for batch in batches for row in batch)
    return found


async def test_a_restored_backup_is_the_same_company(full: Database, empty: Database, tmp_path: Path) -> None:
    file = tmp_path / "company.offhook"
    written = await archive.backup(full, file, NOW, _silent)
    assert await archive.restore(empty, file, NOW, _silent) == written
    assert await _content(empty) == await _content(full)
    assert not file.with_name("company.offhook.part").exists()
    assert written["contact"] > len(sample.PEOPLE)


async def test_a_copy_is_the_same_company(full: Database, empty: Database) -> None:
    await archive.copy(full, empty, NOW, _silent)
    assert await _content(empty) == await _content(full)


async def test_a_copy_that_was_cut_off_goes_on(full: Database, empty: Database) -> None:
    def cut(table: str, count: int) -> None:
        if table == "ticket" and count:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await archive.copy(full, empty, NOW, cut)
    await archive.copy(full, empty, NOW, _silent)
    assert await _content(empty) == await _content(full)


async def test_numbers_go_on_where_they_were(full: Database, empty: Database, tmp_path: Path) -> None:
    await archive.copy(full, empty, NOW, _silent)
    async with empty.transaction() as session:
        newest = await session.scalar(select(func.max(Contact.id)))
        await people.add_contact(session, "Noch Jemand", "+493023125099")
        assert await session.scalar(select(func.max(Contact.id))) == (newest or 0) + 1


async def test_nothing_is_sent_until_a_person_releases_it(
    full: Database, empty: Database, company: Company, tmp_path: Path
) -> None:
    await archive.copy(full, empty, NOW, _silent)
    async with running(empty, company) as product:
        await product.work()
        async with empty.transaction() as session:
            assert set(await session.scalars(select(Effect.state).where(Effect.due_at <= NOW))) == {"pending"}
            await hold.release(session)
        await product.work()
        async with empty.transaction() as session:
            assert await session.scalar(select(Effect.state).where(Effect.kind == "post")) != "pending"


async def test_a_database_in_use_is_never_overwritten(full: Database, tmp_path: Path) -> None:
    before = await _content(full)
    await archive.backup(full, tmp_path / "b", NOW, _silent)
    with pytest.raises(Invalid) as caught:
        await archive.restore(full, tmp_path / "b", NOW, _silent)
    assert caught.value.message.id == "archive.not-empty"
    with pytest.raises(Invalid):
        await archive.copy(full, full, NOW, _silent)
    assert await _content(full) == before


async def test_a_damaged_backup_restores_nothing(full: Database, empty: Database, tmp_path: Path) -> None:
    await archive.backup(full, tmp_path / "whole", NOW, _silent)
    with ZipFile(tmp_path / "whole") as whole, ZipFile(tmp_path / "damaged", "w") as damaged:
        for name in whole.namelist():
            damaged.writestr(name, whole.read(name).replace(b"Greta Sommer", b"Greta Winter"))
    before = await _content(empty)
    with pytest.raises(Invalid) as caught:
        await archive.restore(empty, tmp_path / "damaged", NOW, _silent)
    assert caught.value.message.id == "archive.damaged"
    assert await _content(empty) == before


@pytest.mark.parametrize("content", [b"", b"PK", b"hello"])
async def test_what_is_no_backup_is_said(sqlite_database: Database, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(Invalid) as caught:
        await archive.restore(sqlite_database, tmp_path / "file", NOW, _silent)
    assert caught.value.message.id == "archive.unreadable"


async def test_a_backup_of_another_revision_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "old", "w") as old:
        old.writestr(archive.MANIFEST, json.dumps({"format": 1, "revision": "0000", "tables": {}}))
    with pytest.raises(Invalid) as caught:
        await archive.restore(sqlite_database, tmp_path / "old", NOW, _silent)
    assert caught.value.message.params == {"wanted": "0000", "found": schema.newest_revision()}


async def test_a_backup_is_one_moment_while_people_work(full: Database, tmp_path: Path) -> None:
    async def late() -> None:
        async with full.transaction() as session:
            ticket = await session.get(Ticket, 1)
            assert ticket is not None
            ticket.subject = "changed during the backup"

    changed: list[str] = []

    def tell(table: str, _rows: int) -> None:
        changed.append(table)

    await archive.backup(full, tmp_path / "before", NOW, tell)
    await late()
    await archive.backup(full, tmp_path / "after", NOW, tell)
    with ZipFile(tmp_path / "before") as before, ZipFile(tmp_path / "after") as after:
        assert before.read("ticket.ndjson") != after.read("ticket.ndjson")
        assert before.read("contact.ndjson") == after.read("contact.ndjson")
