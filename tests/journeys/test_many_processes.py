"""Two servers and two workers on one PostgreSQL: each thing is done once, whoever does it."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from crm_core.company import Company
from crm_core.db import Database
from tests.journeys.processes import PATIENCE_SECONDS, Server, until_nothing_is_due, write_company
from tests.journeys.stage import LINE, Stage, set_stage
from tests.ports import free_port

TICKETS = 60
AT_ONCE = 12


@pytest.fixture
async def stage(postgres_database: Database, company: Company) -> AsyncIterator[Stage]:
    async with set_stage(postgres_database, company) as found:
        yield found


@pytest.fixture
async def servers(stage: Stage, tmp_path: Path) -> AsyncIterator[list[Server]]:
    company_file = tmp_path / "offhook.yml"
    write_company(company_file, stage.runtime.company)
    processes = [Server(stage, company_file, free_port(), command) for command in ("serve", "serve", "work", "work")]
    async with AsyncExitStack() as stack:
        for process in processes:
            await process.start()
            stack.push_async_callback(process.stop)
        yield processes[:2]


async def test_every_card_is_posted_and_every_answer_given_once(stage: Stage, servers: list[Server]) -> None:
    await _by_turns(stage, servers, [(stage.mira, f"open ticket number of things: {n:03}") for n in range(TICKETS)])
    answers = Counter(re.findall(r"things: (\d+)", "\n".join(stage.whispers(stage.mira))))
    assert answers == {f"{number:03}": 1 for number in range(TICKETS)}
    cards = Counter(message.text.partition(" ")[0] for message in stage.cards())
    assert cards == {f"T-{number}": 1 for number in range(1, TICKETS + 1)}

    await _by_turns(stage, servers, [(stage.mira, "next"), (stage.jonas, "next")] * (TICKETS // 2))
    both = "\n".join(stage.whispers(stage.mira) + stage.whispers(stage.jonas))
    claimed = Counter(re.findall(r"(T-\d+) is yours", both))
    assert claimed == {f"T-{number}": 1 for number in range(1, TICKETS + 1)}
    assert stage.violations() == []


async def test_two_agents_accept_one_call_and_one_phone_rings(stage: Stage, servers: list[Server]) -> None:
    stage.twilio.deliverer.answer_seconds = PATIENCE_SECONDS
    caller = await stage.twilio.dial("+493023125010", LINE)
    await caller.press("3")
    assert (caller.pastime, stage.twilio.errors) == ("queued", [])
    await _by_turns(stage, servers, [(stage.mira, "accept CALL-1"), (stage.jonas, "accept CALL-1")] * 4)
    dialled = [call for call in stage.twilio.calls.values() if not call.is_inbound]
    assert len(dialled) == 1
    await caller.hang_up()


async def _by_turns(stage: Stage, servers: list[Server], said: list[tuple[str, str]]) -> None:
    """Each sentence goes to the next server, many at the same moment."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, user: str, text: str) -> None:
        async with gate:
            servers[number % len(servers)].take_deliveries()
            delivery = await stage.slack.slash(user, stage.channel, text)
            assert delivery.status == 200

    await asyncio.gather(*(one(number, user, text) for number, (user, text) in enumerate(said)))
    await until_nothing_is_due(stage.runtime.database)
