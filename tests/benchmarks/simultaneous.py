"""Two hundred calls on the phone at the same moment, through the stand-in of Twilio in real time.

Each is rung, led through the menu, put into a line, taken by an agent or given up, and reported on. The callers, the
network and whoever measures are one process on the same two cores as the server, its worker and the database, and
what they take is part of each figure.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import BUSY, SYSTEM, Agent, Presence, actor_of
from crm_core.callcenter import presence
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.callcenter.states import FINAL, FINAL_LEG
from crm_core.company import Company, read_company
from crm_core.db import Database
from crm_core.lease import State
from crm_core.outbox import Effect
from crm_core.support import tickets
from telephony.simulator import FakeTwilio, NumberConfig
from tests import people
from tests.benchmarks import servers
from tests.benchmarks.crowd import AGENTS, CALLERS, LINE, Crowd, agent_number, caller_number
from tests.benchmarks.replay import Tape, replay
from tests.benchmarks.row import Row
from tests.ports import free_port
from tests.product import ACCOUNT_SID, AUTH_TOKEN

ROOT = Path(__file__).parent.parent.parent
PAIRS = 2
SETTLED_WITHIN = 60.0

NewDatabase = Callable[[str, Company], Awaitable[str]]


@dataclass
class Run:
    """One crowd's: milliseconds of each webhook, and of the bare handler for the same ones."""

    latencies: list[float]
    bare: list[float]
    cpu_seconds: float
    bare_cpu_seconds: float
    most_at_once: int
    errors: dict[str, int]


def company_file(folder: Path) -> Path:
    """The sample company, always open, with one line that people answer and one where nobody does."""
    company: dict[str, Any] = yaml.safe_load((ROOT / "offhook.yml").read_text(encoding="utf-8"))
    company |= {"hours": {"open": {"mon-sun": "00:00-24:00"}}, "cards": [], "shifts": []}
    company["queues"] = {
        "support": {"name": {"de": "Kundendienst", "en": "Support"}, "routing": "longest-idle"},
        "orders": {"name": {"de": "Bestellungen", "en": "Orders"}, "routing": "by-hand", "ring_after": None},
    }
    company["phone"]["nodes"]["main"]["options"].append({"key": "5", "goto": "orders"})
    company["phone"]["nodes"]["orders"] = {"do": "queue", "queue": "orders"}
    file = folder / "simultaneous.yml"
    file.write_text(yaml.safe_dump(company), encoding="utf-8")
    return file


async def measure(kind: str, folder: Path, new_database: NewDatabase, tell: Callable[[str], None]) -> list[Row]:
    """Pairs of a crowd on the product and the same webhooks on the bare handler."""
    file = company_file(folder)
    company, runs = read_company(file), []
    async with servers.bare_documents(free_port()) as bare:
        for number in range(PAIRS):
            tell(f"{CALLERS} calls at once, {number + 1} of {PAIRS}")
            url = await new_database(f"simultaneous_{number}", company)
            runs.append(await _pair(url, file, company, bare))
    return _rows(kind, runs)


async def _pair(url: str, file: Path, company: Company, bare: servers.Running) -> Run:
    database = Database(url, company)
    try:
        await _prepare(database)
        async with _product(url, file, is_sqlite=database.is_sqlite) as (network, server):
            tape, crowd = Tape(network), Crowd(network)
            before = server.cpu_seconds()
            await crowd.call()
            await _until_settled(database)
            cpu = server.cpu_seconds() - before
            errors = await _errors(network, crowd, database)
        before = bare.cpu_seconds()
        alone = await replay(tape, bare)
        latencies = [delivery.milliseconds for delivery in network.deliveries]
        return Run(latencies, alone, cpu, bare.cpu_seconds() - before, crowd.most_at_once, errors)
    finally:
        await database.close()


@asynccontextmanager
async def _product(url: str, file: Path, *, is_sqlite: bool) -> AsyncIterator[tuple[FakeTwilio, servers.Running]]:
    """On SQLite one process serves and works, on PostgreSQL each is its own."""
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    async with FakeTwilio(ACCOUNT_SID, AUTH_TOKEN, real_time=True) as network, AsyncExitStack() as stack:
        network.numbers[LINE] = NumberConfig(
            f"{base_url}/twilio/voice", f"{base_url}/twilio/fallback", f"{base_url}/twilio/status"
        )
        running = servers.offhook(port, url, file, twilio_api_url=network.api_url, with_worker=is_sqlite)
        server = await stack.enter_async_context(running)
        if not is_sqlite:
            await stack.enter_async_context(servers.worker(port, url, file, network.api_url))
        yield network, server


async def _prepare(database: Database) -> None:
    """Every second caller is known and has a ticket."""
    now = datetime.now(UTC)
    async with database.transaction() as session:
        for number in range(AGENTS):
            agent = await people.add_agent(session, f"Agent {number}", phone=agent_number(number))
            await presence.set_presence(session, actor_of(agent, "terminal"), Presence.AVAILABLE, now)
        for number in range(0, CALLERS, 2):
            contact = await people.add_contact(session, f"Kundin {number}", caller_number(number))
            await tickets.open_ticket(session, SYSTEM, subject=f"Heizung {number}", contact_id=contact.id, now=now)


async def _until_settled(database: Database) -> None:
    deadline = time.monotonic() + SETTLED_WITHIN
    while await _still_open(database) and time.monotonic() < deadline:
        await asyncio.sleep(0.5)


async def _still_open(database: Database) -> int:
    async with database.transaction() as session:
        calls = await session.scalar(select(func.count()).select_from(Call).where(Call.state.not_in(FINAL)))
        legs = await session.scalar(select(func.count()).select_from(CallLeg).where(CallLeg.state.not_in(FINAL_LEG)))
        return (calls or 0) + (legs or 0)


async def _errors(network: FakeTwilio, crowd: Crowd, database: Database) -> dict[str, int]:
    """Everything that should be none."""
    async with database.transaction() as session:
        ended = await session.execute(select(Call.from_number, Call.state))
        found = {row.from_number: row.state for row in ended}
        return {
            "answers other than 200": sum(delivery.status != 200 for delivery in network.deliveries),
            "fallbacks": sum("/twilio/fallback" in delivery.url for delivery in network.deliveries),
            "documents that are wrong": len(network.errors),
            "calls with another end": sum(found.get(number) != state for number, state in crowd.ends.items()),
            "callers nobody talked to": crowd.failures.total(),
            "agents who stay busy": await _count(session, Agent, Agent.presence.in_(BUSY)),
            "effects that failed": await _count(session, Effect, Effect.state.in_([State.DEAD, State.UNKNOWN])),
        }


async def _count(session: AsyncSession, model: Any, condition: Any) -> int:
    return await session.scalar(select(func.count()).select_from(model).where(condition)) or 0


def _rows(kind: str, runs: list[Run]) -> list[Row]:
    latencies = sorted(one for run in runs for one in run.latencies)
    bare = sorted(one for run in runs for one in run.bare)
    each = sum(run.cpu_seconds for run in runs) * 1000 / len(latencies)
    bare_each = sum(run.bare_cpu_seconds for run in runs) * 1000 / len(bare)
    errors = [name for run in runs for name, count in run.errors.items() for _one in range(count)]
    for name in sorted(set(errors)):
        print(f"{kind}: {name}: {errors.count(name)}")
    return [
        *(
            Row(
                f"simultaneous-webhook {kind}",
                _at(latencies, part),
                f"ms {name}",
                _at(bare, part),
                _ratio(latencies, bare, part),
            )
            for name, part in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
        ),
        Row(f"simultaneous-cpu {kind}", each, "ms a webhook", bare_each, each / bare_each),
        Row(f"simultaneous-calls {kind}", min(run.most_at_once for run in runs), "at once"),
        Row(f"simultaneous-webhooks {kind}", len(latencies) / len(runs), "a crowd"),
        Row(f"simultaneous-errors {kind}", len(errors), "must be 0"),
    ]


def _at(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def _ratio(ours: list[float], theirs: list[float], part: float) -> float:
    return _at(ours, part) / _at(theirs, part)
