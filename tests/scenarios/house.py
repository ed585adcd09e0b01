"""A whole call centre whose server and worker are processes of their own on PostgreSQL, in the time of the stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import and_, exists, func, select, true
from sqlalchemy.orm import aliased

from crm_core.company import Company
from crm_core.db import Database
from crm_core.inbox import Receipt
from crm_core.lease import State
from crm_core.outbox import Effect
from telephony.simulator import FakeTwilio, NumberConfig
from tests.journeys.processes import write_company
from tests.people import NOW
from tests.ports import free_port
from tests.scenarios import mortal
from tests.scenarios.floor import LINE, CallCentre
from tests.scenarios.mortal import Fate
from webhooks.app import build_channels, build_worker
from webhooks.demo.transcriber import FakeTranscriber
from webhooks.runtime import Runtime
from webhooks.settings import Settings

# Only for what hangs: a machine may be slow.
PATIENCE_SECONDS = 240.0
LOOK_EVERY = 0.02


class Killed(Exception):
    """A process is gone, and with it the machine: the other one too."""


@dataclass
class House:
    """`orphans`: what was in the hands of a process when it died, and is nobody's until its lease ends."""

    centre: CallCentre
    settings: dict[str, Any]
    fate: Fate
    processes: list[BaseProcess] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    has_fallen: bool = False

    async def start(self, fate: Fate) -> None:
        self.has_fallen = False
        self.processes = [mortal.start(command, self.settings, fate) for command in ("serve", "work")]
        async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as http:
            begun = fate.begun / str(self.processes[-1].pid)
            while not (begun.exists() and await _answers(http, self.settings["public_base_url"])):
                assert all(process.is_alive() for process in self.processes), "a process did not start"
                await asyncio.sleep(LOOK_EVERY)

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
            process.join()

    def fall(self, is_committed: bool) -> None:
        """What an agent says in chat is done here: it dies like a process, and with it the machine."""
        self.kill()
        self.has_fallen = True
        if not is_committed:
            raise Killed

    async def work(self) -> bool:
        """Until nothing is due at this moment that a living process could do."""
        if self.has_fallen:
            raise Killed
        was_busy = False
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._due():
                if not all(process.is_alive() for process in self.processes):
                    raise Killed
                was_busy = True
                await asyncio.sleep(LOOK_EVERY)
        return was_busy

    async def _due(self) -> int:
        """What a worker could claim now: a follower waits for the head of its conversation, whatever that waits for."""
        now, found = self.centre.now, 0
        async with self.centre.database.transaction() as session:
            for table in (Receipt, Effect):
                head = aliased(table)
                is_follower = exists().where(
                    head.address == table.address, head.state == State.PENDING, head.id < table.id
                )
                is_held = and_(table.lease_token.in_(self.orphans), table.lease_until >= now)
                due = select(func.count()).where(
                    table.state == State.PENDING, table.due_at <= now, ~is_follower, func.coalesce(~is_held, true())
                )
                found += await session.scalar(due) or 0
        return found

    async def die(self) -> None:
        self.kill()
        async with self.centre.database.transaction() as session:
            for table in (Receipt, Effect):
                held = select(table.lease_token).where(table.state == State.PENDING, table.lease_token.is_not(None))
                self.orphans += [token for token in await session.scalars(held) if token is not None]


@asynccontextmanager
async def open_house(database: Database, company: Company, folder: Path, dies_at: str = "") -> AsyncIterator[House]:
    """Always open; whoever dies leaves the other one to be killed too."""
    database.works_for(company)
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    write_company(folder / "offhook.yml", company)
    fate = Fate(folder / "clock", folder / "journal", folder / "died", folder / "begun", dies_at)
    fate.begun.mkdir()
    mortal.write_clock(fate.clock, NOW)
    async with (
        FakeTwilio("AC" + "0" * 32, "twilio-auth-token", start=NOW) as twilio,
        FakeTranscriber("sk-scenario") as transcriber,
    ):
        settings: dict[str, Any] = {
            "database_url": database.url.render_as_string(hide_password=False).replace("+asyncpg", ""),
            "port": port,
            "public_base_url": base_url,
            "offhook_config": folder / "offhook.yml",
            "twilio_account_sid": twilio.account_sid,
            "twilio_auth_token": twilio.auth_token,
            "twilio_api_url": twilio.api_url,
        }
        twilio.numbers[LINE] = NumberConfig(f"{base_url}/twilio/voice", "", f"{base_url}/twilio/status")
        runtime = Runtime(Settings(_env_file=None, **settings), company, database, twilio.clock.now)
        centre = CallCentre(
            database, company, twilio, transcriber, runtime, build_worker(runtime, build_channels(runtime))
        )
        house = House(centre, settings, fate)
        _keep_time(twilio, fate.clock)
        await house.start(fate)
        twilio.accompany(house.work, centre._next_due)
        with mortal.watched(fate, house.fall):
            try:
                yield house
            finally:
                house.kill()


def _keep_time(twilio: FakeTwilio, file: Path) -> None:
    """It is later everywhere before anything happens at that time."""
    clock = twilio.virtual
    assert clock is not None
    move_to = clock.move_to

    def move(moment: datetime) -> None:
        mortal.write_clock(file, max(moment, clock.now()))
        move_to(moment)

    clock.move_to = move  # type: ignore[method-assign]


async def _answers(http: aiohttp.ClientSession, base_url: str) -> bool:
    try:
        async with http.get(f"{base_url}/healthz") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
