"""The product as processes of their own, around one database."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import aiohttp
import yaml
from sqlalchemy import func, select

from crm_core.company import Company
from crm_core.db import Database
from crm_core.inbox import Receipt
from crm_core.lease import State
from crm_core.outbox import Effect, EffectKind
from tests.forks import offhook
from tests.journeys.stage import LINE, Stage

PATIENCE_SECONDS = 60.0


@dataclass
class Server:
    """A command of offhook as its own process, which can be killed. Without a port of its own it only works."""

    stage: Stage
    company_file: Path
    port: int
    command: str = "serve"
    process: BaseProcess | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Until it answers; every delivery goes to the server that was started last."""
        settings = self.stage.runtime.settings
        environment = {
            **os.environ,
            "DATABASE_URL": _url(self.stage.runtime.database),
            "PORT": str(self.port),
            "OFFHOOK_CONFIG": str(self.company_file),
            "PUBLIC_BASE_URL": self.base_url,
            "SLACK_BOT_TOKEN": settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else "",
            "SLACK_SIGNING_SECRET": "signing-secret",
            "SLACK_API_URL": settings.slack_api_url,
            "TELEGRAM_BOT_TOKEN": settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token else "",
            "TELEGRAM_WEBHOOK_SECRET": "webhook-secret",
            "TELEGRAM_API_URL": settings.telegram_api_url,
            "TWILIO_ACCOUNT_SID": self.stage.twilio.account_sid,
            "TWILIO_AUTH_TOKEN": self.stage.twilio.auth_token,
            "TWILIO_API_URL": self.stage.twilio.api_url,
        }
        self.process = offhook(environment, self.command)
        if self.command == "serve":
            self.take_deliveries()
            await _until_alive(f"{self.base_url}/healthz")

    def take_deliveries(self) -> None:
        self.stage.slack.events_url = f"{self.base_url}/slack/events"
        self.stage.telegram.webhook_url = f"{self.base_url}/telegram"
        config = self.stage.twilio.numbers[LINE]
        config.voice_url, config.status_callback = f"{self.base_url}/twilio/voice", f"{self.base_url}/twilio/status"
        config.fallback_url = ""

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.join()

    async def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        await asyncio.to_thread(self.process.join)


def write_company(file: Path, company: Company) -> None:
    file.write_text(yaml.safe_dump(company.model_dump(mode="json")), encoding="utf-8")


async def until_nothing_is_due(database: Database) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await _due(database):
            await asyncio.sleep(0.2)


async def _due(database: Database) -> int:
    async with database.transaction() as session:
        waiting = 0
        for table in (Receipt, Effect):
            query = select(func.count()).select_from(table).where(table.state == State.PENDING)
            if table is Effect:
                query = query.where(Effect.kind != EffectKind.TIMER)
            waiting += await session.scalar(query) or 0
    return waiting


async def _until_alive(url: str) -> None:
    async with asyncio.timeout(20), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(url) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


def _url(database: Database) -> str:
    return database.url.render_as_string(hide_password=False).replace("+aiosqlite", "").replace("+asyncpg", "")
