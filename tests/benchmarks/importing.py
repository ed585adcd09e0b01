"""How fast a file of contacts is taken in."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

from crm_core.agents import SYSTEM
from crm_core.contacts import imports
from crm_core.contacts.row import Row
from crm_core.db import Database
from tests.benchmarks.names import PhoneBook
from tests.benchmarks.row import Row as Figure

DEFAULT = 20_000
FULL = 100_000


async def measure(kind: str, database: Database) -> list[Figure]:
    """From checked rows to committed contacts, companies, numbers, e-mails and words."""
    count = FULL if os.environ.get("BENCH_SIZE") == "full" else DEFAULT
    book = PhoneBook()
    companies = [book.company() for _ in range(count // 10)]
    rows = [
        (
            index,
            Row(book.person(), organisation=companies[index // 10], phones=[book.number(index)], emails=[_mail(index)]),
        )
        for index in range(count)
    ]
    now = datetime.now(UTC)
    async with database.transaction() as session:
        run = await imports.begin(session, SYSTEM, "benchmark", now, again=False)
        company = session.info["company"]
    started = time.perf_counter()
    good = [row for _, row in imports.check(company, rows).good]
    await imports.take_in(database, SYSTEM, run.id, good, now, lambda _count: None, update=False)
    seconds = time.perf_counter() - started
    return [
        Figure(f"import-contacts {kind}", count / seconds, "rows/s"),
        Figure(f"import-100,000-contacts {kind}", seconds * FULL / count, "s"),
    ]


def _mail(index: int) -> str:
    return f"p{index}@example.com"
