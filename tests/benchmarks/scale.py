"""What is looked up all day, on a company of a hundred thousand contacts, or a million with `BENCH_SIZE=full`."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import SYSTEM
from crm_core.company import Company
from crm_core.contacts import search
from crm_core.db import Database
from crm_core.names import fold
from crm_core.sales import pipeline
from crm_core.support import lists
from crm_core.support import search as tickets
from tests.benchmarks.large import DEFAULT, FULL, Size, fill, subject_of
from tests.benchmarks.names import PhoneBook
from tests.benchmarks.row import Row
from tests.benchmarks.times import Times

ROUNDS = 300
FOUND = 20
TRGM = "SELECT id FROM contact WHERE sort_name % :name ORDER BY similarity(sort_name, :name) DESC LIMIT 20"

Look = Callable[[AsyncSession], Awaitable[object]]


def size_wanted() -> Size:
    return FULL if os.environ.get("BENCH_SIZE") == "full" else DEFAULT


async def measure(kind: str, database: Database, company: Company, tell: Callable[[str], None]) -> list[Row]:
    size, book = size_wanted(), PhoneBook()
    names = await fill(database, company, size, book, tell)
    if not database.is_sqlite:
        await _prepare_trigrams(database)
    tell("lookups")
    chance = random.Random(7)
    wanted = [chance.randrange(size.contacts) for _ in range(ROUNDS)]
    typed = [book.mistyped(names[index]) for index in wanted]
    times: dict[str, Times] = {}
    recalled = 0
    async with database.reading() as session:
        for index, wrong in zip(wanted, typed, strict=True):
            number = book.number(index)
            looks: dict[str, Look] = {
                "phone-lookup": _find(number),
                "suffix-lookup": _find(number[-6:]),
                "prefix-search": _find(_prefixes(names[index])),
                "first-page": _page(None),
                "deep-page": _page(size.tickets - int(size.tickets * 0.9)),
                "ticket-search": _tickets(_rare(index, size)),
                "ticket-search-common": _tickets("heiz kalt"),
                "ticket-search-deep": _tickets("heiz kalt", size.tickets - int(size.tickets * 0.9)),
                "ticket-search-letter": _tickets("h a"),
                "pipeline-summary": lambda session: pipeline.pipeline_summary(session, SYSTEM),
            }
            for name, look in looks.items():
                await _timed(session, look, times.setdefault(name, Times()))
            found = await _timed(session, _find(wrong), times.setdefault("one-edit-search", Times()))
            recalled += any(fold(one.name) == fold(names[index]) for one in found)  # type: ignore[attr-defined]
            if not database.is_sqlite:
                await _timed(session, _trigrams(fold(wrong)), times.setdefault("pg_trgm", Times()))
            session.expunge_all()
    return _rows(kind, times, recalled / ROUNDS)


def _find(query: str) -> Look:
    return lambda session: search.find_contacts(session, SYSTEM, query, limit=FOUND)


def _tickets(query: str, before: int | None = None) -> Look:
    return lambda session: tickets.find_tickets(session, SYSTEM, query, before_id=before, limit=15)


def _rare(index: int, size: Size) -> str:
    """Beginnings of two words that many tickets have, and the number of one."""
    number = index % size.tickets
    return f"{subject_of(number)[:4]} anlie {number + 1}"


def _page(before: int | None) -> Look:
    return lambda session: lists.list_tickets(session, SYSTEM, before_id=before, limit=50)


def _prefixes(name: str) -> str:
    return " ".join(word[:4] for word in name.split()[:2])


def _trigrams(name: str) -> Look:
    return lambda session: session.execute(text(TRGM), {"name": name})


async def _timed(session: AsyncSession, look: Look, times: Times) -> Sequence[object]:
    started = time.perf_counter()
    found = await look(session)
    times.each.append((time.perf_counter() - started) * 1000)
    return found if isinstance(found, Sequence) else []


async def _prepare_trigrams(database: Database) -> None:
    async with database.engine.connect() as connection:
        await connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
        await connection.execute(text("CREATE INDEX bench_trgm ON contact USING gin (sort_name gin_trgm_ops)"))
        await connection.execute(text("ANALYZE contact"))
        await connection.commit()


def _rows(kind: str, times: dict[str, Times], recall: float) -> list[Row]:
    found = []
    beside = {
        "one-edit-search": "pg_trgm",
        "deep-page": "first-page",
        "ticket-search-deep": "ticket-search-common",
        "pipeline-summary": "phone-lookup",
    }
    for name, measured in times.items():
        other = times.get(beside.get(name, ""))
        ratio = measured.p50 / other.p50 if other else None
        found.append(Row(f"{name} {kind}", measured.p50, "ms p50", other.p50 if other else None, ratio))
        found.append(Row(f"{name} {kind}", measured.p99, "ms p99", other.p99 if other else None))
    found.append(Row(f"one-edit-recall@20 {kind}", recall * 100, "%"))
    return found
