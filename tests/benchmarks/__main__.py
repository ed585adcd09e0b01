"""`make bench`: what Offhook costs beside a bare handler that does the same, interleaved in one run."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

import crm_core
from crm_core import schema
from crm_core.company import Company, read_company
from crm_core.db import Database
from crm_core.sales.stages import apply_stages
from tests import people
from tests.benchmarks import importing, opening, scale, servers, simultaneous, understanding
from tests.benchmarks.capture import capture, save
from tests.benchmarks.load import Burst, burst
from tests.benchmarks.row import Row
from tests.ports import free_port
from tests.postgres import create_database, find_binaries, running_postgres

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 7
REQUESTS = 400
WARM_UP = 200
TABLE_WIDTH = 100


async def main() -> None:
    crm_core.load()
    company = read_company(ROOT / "offhook.yml")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name, Progress(transient=True) as progress:
        folder = Path(name)
        kinds = ["sqlite", *(["postgresql"] if find_binaries() else [])]
        task = progress.add_task("Inbound calls …", total=len(kinds) * ROUNDS)
        for kind in kinds:
            with _server(kind, folder) as base:
                rows += await _compare(kind, base, folder, company, lambda: progress.advance(task))
                rows += await _scaled(kind, base, company, lambda what: progress.update(task, description=what))
                rows += await _crowded(kind, base, folder, lambda what: progress.update(task, description=what))
                progress.update(task, description=f"{kind}: import …")
                rows += await _imported(kind, base, company)
                progress.update(task, description=f"{kind}: tickets …")
                rows += await _opened(kind, base, company)
        rows += await understanding.measure(lambda what: progress.update(task, description=f"understanding: {what} …"))
    _print(rows)
    file = ROOT / "build" / "bench.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps([asdict(row) for row in rows], indent=2), encoding="utf-8")


@contextmanager
def _server(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}"
        return
    binaries = find_binaries()
    assert binaries is not None
    with running_postgres(binaries) as url:
        yield url


async def _compare(kind: str, base: str, folder: Path, company: Company, advance: Callable[[], None]) -> list[Row]:
    """Two databases of the same content, two servers, bursts in turn."""
    captured = folder / f"{kind}.captured"
    ours, theirs = await _database(base, "ours", company), await _database(base, "theirs", company)
    scratch = Database(await _database(base, "scratch", company), company)
    save(await capture(scratch, company), captured)
    async with (
        servers.bare(free_port(), theirs, captured) as baseline,
        servers.offhook(free_port(), ours, ROOT / "offhook.yml") as product,
    ):
        full, alone = await _in_turn(product, baseline, advance)
        return _rows(kind, full, alone, product)


async def _scaled(kind: str, base: str, company: Company, tell: Callable[[str], None]) -> list[Row]:
    database = Database(await _database(base, "large", company, with_content=False), company)
    try:
        return await scale.measure(kind, database, company, lambda what: tell(f"{kind}: {what} …"))
    finally:
        await database.close()


async def _crowded(kind: str, base: str, folder: Path, tell: Callable[[str], None]) -> list[Row]:
    async def new_database(name: str, company: Company) -> str:
        return await _database(base, name, company, with_content=False)

    return await simultaneous.measure(kind, folder, new_database, lambda what: tell(f"{kind}: {what} …"))


async def _imported(kind: str, base: str, company: Company) -> list[Row]:
    database = Database(await _database(base, "imported", company, with_content=False), company)
    try:
        return await importing.measure(kind, database)
    finally:
        await database.close()


async def _opened(kind: str, base: str, company: Company) -> list[Row]:
    database = Database(await _database(base, "opened", company, with_content=False), company)
    try:
        return await opening.measure(kind, database)
    finally:
        await database.close()


async def _in_turn(
    product: servers.Running, baseline: servers.Running, advance: Callable[[], None]
) -> tuple[list[Burst], list[Burst]]:
    full: list[Burst] = []
    alone: list[Burst] = []
    await burst(product, WARM_UP)
    await burst(baseline, WARM_UP)
    for _round in range(ROUNDS):
        alone.append(await burst(baseline, REQUESTS))
        full.append(await burst(product, REQUESTS))
        advance()
    return full, alone


def _rows(kind: str, full: list[Burst], alone: list[Burst], product: servers.Running) -> list[Row]:
    # The kernel counts CPU time in hundredths of a second: one burst alone would be a coarse measure.
    value, baseline = _per_cpu_second(full), _per_cpu_second(alone)
    latencies = sorted(latency * 1000 for one in full for latency in one.latencies)
    bare = sorted(latency * 1000 for one in alone for latency in one.latencies)
    p99, bare_p99 = latencies[int(len(latencies) * 0.99)], bare[int(len(bare) * 0.99)]
    wall = statistics.median(one.requests / one.wall_seconds for one in full)
    bare_wall = statistics.median(one.requests / one.wall_seconds for one in alone)
    return [
        Row(f"inbound-call-webhook {kind}", value, "requests per CPU second", baseline, value / baseline),
        Row(f"inbound-call-throughput {kind}", wall, "requests/s at 32", bare_wall, wall / bare_wall),
        Row(f"inbound-call-p99 {kind}", p99, "ms at 32", bare_p99, p99 / bare_p99),
        Row(f"start-to-first-answer {kind}", product.first_answer_seconds, "s"),
        Row(f"memory {kind}", product.memory_megabytes(), "MB"),
    ]


def _per_cpu_second(bursts: list[Burst]) -> float:
    return sum(one.requests for one in bursts) / sum(one.cpu_seconds for one in bursts)


async def _database(base: str, name: str, company: Company, *, with_content: bool = True) -> str:
    url = f"{base}/{name}.db" if base.startswith("sqlite") else await create_database(base, f"bench_{name}")
    database = Database(url, company)
    await schema.migrate(database)
    if with_content:
        async with database.transaction() as session:
            await apply_stages(session, company)
            await people.add_contact(session)
    await database.close()
    return url


def _print(rows: list[Row]) -> None:
    table = Table(box=SIMPLE)
    for heading in ("what", "value", "unit", "baseline", "ratio"):
        table.add_column(heading, justify="left" if heading in {"what", "unit"} else "right", no_wrap=True)
    for row in rows:
        baseline = f"{row.baseline:,.1f}" if row.baseline is not None else ""
        ratio = f"{row.ratio:.1%}" if row.ratio is not None else ""
        table.add_row(row.name, f"{row.value:,.1f}", row.unit, baseline, ratio)
    Console(width=TABLE_WIDTH).print(table)


if __name__ == "__main__":
    asyncio.run(main())
