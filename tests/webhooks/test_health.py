from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from crm_core.company import Company
from crm_core.db import Database
from tests.product import running


async def test_alive_and_ready_are_said(database: Database, company: Company) -> None:
    async with running(database, company) as product:
        assert await (await product.client.get("/healthz")).json() == {"status": "ok"}
        ready = await product.client.get("/readyz")
        assert (ready.status, (await ready.json())["status"]) == (200, "ready")


async def test_a_database_of_another_revision_is_not_ready(database: Database, company: Company) -> None:
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    async with running(database, company) as product:
        response = await product.client.get("/readyz")
        assert (response.status, response.content_type) == (503, "application/problem+json")
        assert "offhook migrate" in (await response.json())["title"]
        assert (await product.client.get("/healthz")).status == 200


async def test_a_database_that_is_gone_is_not_ready(company: Company, tmp_path: Path) -> None:
    nowhere = Database("postgresql://offhook@127.0.0.1:1/offhook", company)
    async with running(nowhere, company) as product:
        response = await product.client.get("/readyz")
        assert (response.status, (await response.json())["title"]) == (503, "The database does not answer")


async def test_figures_are_for_this_machine(database: Database, company: Company) -> None:
    async with running(database, company) as product:
        await product.client.get("/healthz")
        figures = await (await product.client.get("/metrics")).text()
        assert 'offhook_waiting{queue="outbox"}' in figures
        assert 'offhook_request_seconds_count{route="/healthz",status="200"}' in figures
        handed_on = await product.client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
        assert handed_on.status == 403


@pytest.mark.parametrize(
    ("sent", "status"), [("Bearer figures", 200), ("Bearer other", 403), ("Bearer ümlaut", 403), ("", 403)]
)
async def test_with_a_token_only_the_token_opens_the_figures(
    sqlite_database: Database, company: Company, sent: str, status: int
) -> None:
    async with running(sqlite_database, company, metrics_token=SecretStr("figures")) as product:
        headers = {"Authorization": sent} if sent else {}
        assert (await product.client.get("/metrics", headers=headers)).status == status
