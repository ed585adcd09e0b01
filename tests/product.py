"""The whole product on loopback, driven as its senders drive it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from twilio.request_validator import RequestValidator

from crm_core.company import Company
from crm_core.db import Database
from tests.people import NOW
from webhooks.app import build_app, build_channels, build_worker
from webhooks.runtime import Runtime
from webhooks.settings import Settings
from webhooks.worker import Worker

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "twilio-auth-token-of-the-tests"
BASE_URL = "https://crm.example.com"


@dataclass(slots=True)
class Product:
    runtime: Runtime
    client: TestClient  # type: ignore[type-arg]
    worker: Worker

    @property
    def database(self) -> Database:
        return self.runtime.database

    async def twilio(
        self, path: str, *, token: str | None = None, signature: str | None = None, **form: str
    ) -> ClientResponse:
        """Signed as Twilio signs it; `token` repeats a delivery, `signature` forges one ("" leaves it out)."""
        signed = RequestValidator(AUTH_TOKEN).compute_signature(BASE_URL + path, form)
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
        if signature != "":
            headers["X-Twilio-Signature"] = signature if signature is not None else signed
        if token is not None:
            headers["I-Twilio-Idempotency-Token"] = token
        return await self.client.post(path, data=urlencode(form).encode(), headers=headers)

    async def work(self) -> None:
        """Until nothing is due any more."""
        while await self.worker.run_once():
            pass


@asynccontextmanager
async def running(
    database: Database, company: Company, clock: Callable[[], datetime] = lambda: NOW, **settings: object
) -> AsyncIterator[Product]:
    """`settings` turns channels on; Twilio always is."""
    chosen = {
        "public_base_url": BASE_URL,
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token": SecretStr(AUTH_TOKEN),
        **settings,
    }
    runtime = Runtime(Settings(_env_file=None, **chosen), company, database, clock)  # type: ignore[arg-type]
    channels = build_channels(runtime)
    async with TestClient(TestServer(build_app(runtime, channels, None))) as client:
        yield Product(runtime, client, build_worker(runtime, channels))
