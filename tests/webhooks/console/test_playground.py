from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, unused_port
from sqlalchemy import select

from crm_core.company import Company
from crm_core.db import Database
from crm_core.support.tickets import Ticket
from tests.mutations import HOSTILE_TEXTS
from webhooks.app import build_app, build_channels, build_worker
from webhooks.console.playground import Playground
from webhooks.demo import company as sample
from webhooks.demo import stand_ins
from webhooks.runtime import Runtime

Client: TypeAlias = TestClient[web.Request, web.Application]


@pytest.fixture
async def page(sqlite_database: Database, company: Company, tmp_path: Any) -> AsyncIterator[Client]:
    port = unused_port()
    services = await stand_ins.start(port, company.phone.number, "key")
    services.twilio.real_time = False
    company = stand_ins.with_cards(company, services)
    sqlite_database.works_for(company)
    settings = stand_ins.settings(services, port, tmp_path / "offhook.db", tmp_path)
    runtime = Runtime(settings, company, sqlite_database)
    async with sqlite_database.transaction() as session:
        await stand_ins.link_team(session, services, await sample.fill(session, runtime.clock()))
    channels = build_channels(runtime)
    app = build_app(runtime, channels, build_worker(runtime, channels))
    Playground(runtime, services).add_to(app)
    async with TestClient(TestServer(app, port=port)) as client:
        yield client
    await services.stop()


async def _subjects(database: Database) -> list[str]:
    async with database.transaction() as session:
        return list(await session.scalars(select(Ticket.subject).order_by(Ticket.id)))


async def test_the_page_loads_nothing_from_elsewhere(page: Client) -> None:
    response = await page.get("/")
    text = await response.text()
    assert response.status == 200
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert "http" not in text.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("slack", {"who": "Mira Okafor", "text": "/offhook open ticket The lift is stuck"}),
        ("slack", {"who": "Jonas Weber", "text": "@Offhook open ticket The lift is stuck"}),
        ("telegram", {"text": "open ticket The lift is stuck"}),
        ("everywhere", {"text": "open ticket The lift is stuck"}),
    ],
)
async def test_what_is_typed_goes_through_the_product(
    page: Client, sqlite_database: Database, path: str, body: dict[str, str]
) -> None:
    assert (await page.post(f"/playground/{path}", json=body)).status == 200
    assert (await page.post("/playground/everywhere", json={"text": "help"})).status == 200
    assert "The lift is stuck" in await _subjects(sqlite_database)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("phone", {}),
        ("phone", {"do": "press", "with": "1"}),
        ("phone", {"do": "dial"}),
        ("agent-phone", {"do": "answer"}),
        ("slack", {"who": "Nobody", "text": "help"}),
        ("slack", {"who": "Mira Okafor", "button": "x", "channel": "C", "message": "1"}),
        ("slack", {"who": "Mira Okafor", "button": "99", "channel": "C", "message": "1"}),
        ("telegram", {"button": "1", "message": "77"}),
        ("telegram", {}),
        ("everywhere", {}),
        ("everywhere", []),
    ],
)
async def test_what_cannot_be_done_is_said(page: Client, path: str, body: Any) -> None:
    response = await page.post(f"/playground/{path}", json=body)
    assert response.status == 400
    assert (await response.json())["title"] == "That did not work"


async def test_what_is_no_json_is_said(page: Client) -> None:
    assert (await page.post("/playground/slack", data=b"{")).status == 400


async def test_a_call_that_is_over_takes_no_keys(page: Client) -> None:
    await page.post("/playground/phone", json={"do": "dial", "from": "anonymous"})
    assert (await page.post("/playground/phone", json={"do": "hang_up"})).status == 200
    assert (await page.post("/playground/phone", json={"do": "press", "with": "1"})).status == 400


async def test_an_unknown_act_is_said(page: Client) -> None:
    await page.post("/playground/phone", json={"do": "dial", "from": "anonymous"})
    assert (await page.post("/playground/phone", json={"do": "explode"})).status == 400


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
async def test_any_text_is_answered(page: Client, text: str) -> None:
    body = {"text": text.encode("utf-8", "ignore").decode()}
    assert (await page.post("/playground/everywhere", json=body)).status in {200, 400}
