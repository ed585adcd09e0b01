from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientResponse
from pydantic import SecretStr
from sqlalchemy import text

from crm_core import outbox, schema
from crm_core.company import Company
from crm_core.db import Database
from crm_core.outbox import EffectKind
from tests.people import NOW
from tests.ports import free_port
from tests.product import Product, running

TOKEN = "token-of-the-scraper"


@pytest.fixture
async def product(database: Database, company: Company) -> AsyncIterator[Product]:
    async with running(database, company) as found:
        yield found


@pytest.fixture
async def guarded(sqlite_database: Database, company: Company) -> AsyncIterator[Product]:
    async with running(sqlite_database, company, metrics_token=SecretStr(TOKEN)) as found:
        yield found


async def _title(response: ClientResponse) -> str:
    assert response.content_type == "application/problem+json"
    document = await response.json()
    assert document["status"] == response.status
    return str(document["title"])


async def _enqueue(database: Database, count: int) -> None:
    async with database.transaction() as session:
        for number in range(count):
            await outbox.enqueue(session, EffectKind.POST, f"slack:C{number}", {}, NOW)


async def test_a_process_that_runs_is_alive(product: Product) -> None:
    response = await product.client.get("/healthz")
    assert (response.status, await response.json()) == (200, {"status": "ok"})


async def test_a_migrated_database_is_ready(product: Product) -> None:
    response = await product.client.get("/readyz")
    assert (response.status, await response.json()) == (200, {"status": "ready", "revision": schema.newest_revision()})


async def test_an_old_revision_is_not_ready_and_says_what_to_do(product: Product) -> None:
    async with product.database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    response = await product.client.get("/readyz")
    assert response.status == 503
    assert await _title(response) == "The database needs `offhook migrate`"
    assert "0000" in (await response.json())["detail"]


async def test_an_empty_database_is_not_ready(product: Product) -> None:
    await schema.roll_back(product.database)
    response = await product.client.get("/readyz")
    assert (response.status, await _title(response)) == (503, "The database needs `offhook migrate`")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_database_that_does_not_answer_is_not_ready_but_alive(
    kind: str, company: Company, tmp_path: Path
) -> None:
    urls = {
        "sqlite": f"sqlite:///{tmp_path}/no-such-folder/offhook.db",
        "postgresql": f"postgresql://offhook@127.0.0.1:{free_port()}/offhook",
    }
    async with running(Database(urls[kind], company), company) as product:
        response = await product.client.get("/readyz")
        assert (response.status, await _title(response)) == (503, "The database does not answer")
        assert (await product.client.get("/healthz")).status == 200


async def test_figures_are_open_on_loopback(product: Product) -> None:
    response = await product.client.get("/metrics")
    assert (response.status, response.content_type) == (200, "text/plain")
    assert "offhook_request_seconds_bucket" in await response.text()


async def test_figures_count_what_is_due(product: Product) -> None:
    await _enqueue(product.database, 3)
    figures = (await (await product.client.get("/metrics")).text()).splitlines()
    assert 'offhook_waiting{queue="outbox"} 3.0' in figures
    assert 'offhook_waiting{queue="inbox"} 0.0' in figures


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_figures_are_closed_to_what_a_proxy_hands_on(product: Product, header: str) -> None:
    response = await product.client.get("/metrics", headers={header: "127.0.0.1"})
    assert (response.status, await _title(response)) == (403, "Figures are for loopback or METRICS_TOKEN")


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}x", "Bearer ", TOKEN, f"Basic {TOKEN}", "Bearer tökén"])
async def test_with_a_token_set_another_one_opens_nothing(guarded: Product, header: str) -> None:
    assert (await guarded.client.get("/metrics", headers={"Authorization": header})).status == 403


async def test_with_a_token_set_loopback_alone_opens_nothing(guarded: Product) -> None:
    assert (await guarded.client.get("/metrics")).status == 403


async def test_the_token_opens_the_figures_to_other_machines(guarded: Product) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"}
    assert (await guarded.client.get("/metrics", headers=headers)).status == 200
