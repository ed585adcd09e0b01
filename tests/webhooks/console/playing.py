"""The demo in the test's own process: the product, its stand-ins and the playground, on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from crm_core.company import Company
from crm_core.db import Database
from tests.ports import free_port
from webhooks.app import build_app, build_channels, build_worker
from webhooks.console.playground import Playground
from webhooks.console.snapshot import snapshot
from webhooks.demo import company as sample
from webhooks.demo import guard, stand_ins
from webhooks.runtime import Runtime
from webhooks.serve import listen

MIRA, JONAS = "Mira Okafor", "Jonas Weber"
PATIENCE_SECONDS = 10.0
Json = dict[str, Any]


@dataclass(slots=True)
class Playing:
    runtime: Runtime
    services: stand_ins.StandIns
    http: aiohttp.ClientSession

    @property
    def database(self) -> Database:
        return self.runtime.database

    @property
    def shown(self) -> Json:
        return snapshot(self.services)

    async def post(self, name: str, **body: object) -> Json:
        """What a button of the page does; it has to work."""
        async with self.http.post(f"/playground/{name}", json=body) as response:
            assert response.status == 200, await response.text()
            found: Json = await response.json()
            return found

    async def until(self, is_so: Callable[[Json], object]) -> Json:
        """The first state of the page of which this is so."""
        changed = asyncio.Event()
        self.services.on_change.append(changed.set)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not is_so(state := self.shown):
                    await changed.wait()
                    changed.clear()
                return state
        finally:
            self.services.on_change.remove(changed.set)


def text_of(messages: object) -> str:
    return json.dumps(messages, ensure_ascii=False)


@asynccontextmanager
async def playing(database: Database, company: Company) -> AsyncIterator[Playing]:
    port = free_port()
    services = await stand_ins.start(port, company, "key-of-the-phone")
    try:
        company = stand_ins.adapted(company, services)
        database.works_for(company)
        settings = stand_ins.settings(services, port, Path("unused.db"), Path("offhook.yml"))
        runtime = Runtime(settings, company, database)
        async with database.transaction() as session:
            team = await sample.fill(session, runtime.clock())
            await stand_ins.link_team(session, services, team)
        channels = build_channels(runtime)
        app = build_app(runtime, channels, build_worker(runtime, channels))
        Playground(runtime, services).add_to(app)
        app.middlewares.insert(0, guard.own_page_only(port))
        runner = await listen(app, settings)
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
                yield Playing(runtime, services, http)
        finally:
            await runner.cleanup()
    finally:
        await services.stop()
