from __future__ import annotations

from io import BytesIO

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from crm_core.company import Company
from crm_core.db import Database
from tests.product import running
from webhooks.errors import answer_every_error


async def test_what_is_not_there_is_a_problem_document(sqlite_database: Database, company: Company) -> None:
    async with running(sqlite_database, company) as product:
        missing = await product.client.get("/nothing")
        assert (missing.status, missing.content_type) == (404, "application/problem+json")
        wrong = await product.client.get("/twilio/voice")
        assert (wrong.status, wrong.headers["Allow"]) == (405, "POST")
        assert (await wrong.json())["status"] == 405


async def test_a_body_of_two_megabytes_is_refused(sqlite_database: Database, company: Company) -> None:
    async with running(sqlite_database, company) as product:
        response = await product.client.post("/twilio/voice", data=BytesIO(b"a=" + b"x" * 2_000_000))
        assert (response.status, response.content_type) == (413, "application/problem+json")


async def test_our_own_fault_is_found_by_its_reference_and_quotes_nobody() -> None:
    async def fail(request: web.Request) -> web.Response:
        raise RuntimeError("bug")

    app = web.Application(middlewares=[answer_every_error])
    app.router.add_post("/", fail)
    with capture_logs() as logs:
        async with TestClient(TestServer(app)) as client:
            response = await client.post("/", data="Greta Sommer's secret")
            problem = await response.json()
    assert (response.status, problem["title"]) == (500, "Something went wrong on our side")
    [line] = logs
    assert line["reference"] == problem["reference"]
    assert "Greta" not in str(logs)
