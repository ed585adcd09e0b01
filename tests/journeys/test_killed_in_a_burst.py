"""Kill -9 in the middle of a burst: what was acknowledged is there, what was promised is carried out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crm_core.callcenter.calls import Call
from crm_core.company import Company
from crm_core.db import Database
from crm_core.inbox import Receipt
from crm_core.lease import State
from crm_core.outbox import Effect, EffectKind
from tests.journeys.processes import Server, until_nothing_is_due, write_company
from tests.journeys.stage import LINE, MIRA_PHONE, Stage, set_stage
from tests.ports import free_port

BURST = 500
AT_ONCE = 24
KILL_AFTER = 220


@dataclass
class Acknowledged:
    slack: list[str] = field(default_factory=list)
    telegram: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.slack) + len(self.telegram) + len(self.calls)


@pytest.fixture
async def stage(database: Database, company: Company) -> AsyncIterator[Stage]:
    async with set_stage(database, company) as found:
        yield found


@asynccontextmanager
async def _served(stage: Stage, folder: Path) -> AsyncIterator[Server]:
    company_file = folder / "offhook.yml"
    write_company(company_file, stage.runtime.company)
    server = Server(stage, company_file, free_port())
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def test_everything_acknowledged_survives_a_kill(stage: Stage, tmp_path: Path) -> None:
    async with _served(stage, tmp_path) as server:
        caller = await stage.twilio.dial("+493023125010", LINE)
        await caller.press("3")
        await stage.slack.slash(stage.mira, stage.channel, "accept CALL-1")
        done = await _burst(stage, server)
        await server.start()
        await until_nothing_is_due(stage.runtime.database)
        await _check(stage, done)
        await caller.hang_up()


async def _burst(stage: Stage, server: Server) -> Acknowledged:
    """500 webhooks of all three senders; the server is killed on the way and stays dead for the rest."""
    done, gate = Acknowledged(), asyncio.Semaphore(AT_ONCE)
    killed = asyncio.Event()

    async def one(number: int) -> None:
        async with gate:
            if killed.is_set():
                return
            match number % 3:
                case 0:
                    delivery = await stage.slack.slash(stage.mira, stage.channel, f"open ticket slack {number:03}")
                    if delivery.status == 200:
                        done.slack.append(f"slack {number:03}")
                case 1:
                    sent = await stage.telegram.text(stage.lena, f"ticket anlegen telegram {number:03}")
                    if sent.status == 200:
                        done.telegram.append(f"telegram {number:03}")
                case _:
                    call = await stage.twilio.dial("anonymous", LINE)
                    if call.prompts:
                        done.calls.append(call.sid)
            if len(done) >= KILL_AFTER and not killed.is_set():
                killed.set()
                await server.kill()

    await asyncio.gather(*(one(number) for number in range(BURST)))
    assert killed.is_set()
    return done


async def _check(stage: Stage, done: Acknowledged) -> None:
    async with stage.runtime.database.transaction() as session:
        known = set(await session.scalars(select(Call.sid)))
        left = await session.scalar(select(func.count()).select_from(Receipt).where(Receipt.state != State.DONE))
        effects = list(await session.scalars(select(Effect)))
    assert set(done.calls) <= known
    assert left == 0
    answers = "\n".join(message.text for message in stage.slack.messages if message.ephemeral_to)
    assert [subject for subject in done.slack if subject not in answers] == []
    chat = "\n".join(message.text for message in stage.telegram.chat_messages(stage.lena) if message.from_bot)
    assert [subject for subject in done.telegram if subject not in chat] == []
    assert {effect.state for effect in effects if effect.kind in {EffectKind.CARD, EffectKind.POST}} == {State.DONE}
    dialled = [call for call in stage.twilio.calls.values() if call.to == MIRA_PHONE]
    assert len(dialled) <= 1
