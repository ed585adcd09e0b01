from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
import structlog
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from structlog.testing import capture_logs

from crm_core.company import Company
from crm_core.db import Database
from tests.people import NOW
from tests.product import Product, running
from webhooks import logs
from webhooks.app import LARGEST_BODY, Channels, build_app
from webhooks.runtime import Runtime
from webhooks.settings import Settings

SECRET = "telegram-webhook-secret"
CUSTOMER_TEXT = "Greta Sommer's boiler drips, call +49 30 23125 010"


@pytest.fixture
async def product(sqlite_database: Database, company: Company) -> AsyncIterator[Product]:
    channels: dict[str, Any] = {
        "slack_bot_token": SecretStr("xoxb-token"),
        "slack_signing_secret": SecretStr("signing-secret"),
        "telegram_bot_token": SecretStr("1234567890:" + "A" * 35),
        "telegram_webhook_secret": SecretStr(SECRET),
    }
    async with running(sqlite_database, company, **channels) as found:
        yield found


async def _broken(request: web.Request) -> web.Response:
    raise RuntimeError(await request.text())


@pytest.fixture
async def broken(sqlite_database: Database, company: Company) -> AsyncIterator[Any]:
    """A product with one route whose handler fails over what it was sent."""
    runtime = Runtime(Settings(_env_file=None), company, sqlite_database, lambda: NOW)
    app = build_app(runtime, Channels(routes=[web.post("/broken", _broken)]), None)
    async with TestClient(TestServer(app)) as client:
        yield client


async def _problem(response: ClientResponse) -> dict[str, Any]:
    assert response.content_type == "application/problem+json"
    document = await response.json()
    assert isinstance(document, dict)
    assert document["status"] == response.status
    assert document["title"]
    return document


@pytest.mark.parametrize("path", ["/", "/nowhere", "/twilio", "/healthz/", "/slack/events/x"])
async def test_an_unknown_address_is_a_problem_document(product: Product, path: str) -> None:
    response = await product.client.get(path)
    assert response.status == 404
    await _problem(response)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/healthz", {"GET", "HEAD"}),
        ("DELETE", "/metrics", {"GET", "HEAD"}),
        ("GET", "/slack/events", {"POST"}),
        ("PUT", "/telegram", {"POST"}),
    ],
)
async def test_a_wrong_method_says_which_ones_there_are(
    product: Product, method: str, path: str, allowed: set[str]
) -> None:
    response = await product.client.request(method, path)
    assert response.status == 405
    await _problem(response)
    assert set(response.headers["Allow"].split(",")) == allowed


@pytest.mark.parametrize("path", ["/twilio/voice", "/slack/events", "/telegram"])
async def test_a_body_of_more_than_a_megabyte_is_refused(product: Product, path: str) -> None:
    headers = {
        "X-Telegram-Bot-Api-Secret-Token": SECRET,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    response = await product.client.post(path, data=BytesIO(b"a" * (LARGEST_BODY + 1)), headers=headers)
    assert response.status == 413
    await _problem(response)


async def test_a_fault_of_ours_is_a_reference_without_its_cause(broken: Any) -> None:
    response = await broken.post("/broken", data=CUSTOMER_TEXT)
    assert response.status == 500
    document = await _problem(response)
    assert len(document["reference"]) == 8
    body = await response.text()
    assert "Greta" not in body
    assert "RuntimeError" not in body


async def test_the_log_has_the_reference_and_no_customer_text(broken: Any) -> None:
    with capture_logs() as lines:
        response = await broken.post("/broken?caller=Greta", data=CUSTOMER_TEXT)
    [line] = lines
    assert (line["event"], line["path"]) == ("request.failed", "/broken")
    assert line["reference"] == (await response.json())["reference"]
    assert "Greta" not in str(line)


async def test_the_printed_cause_of_a_fault_has_no_customer_text(broken: Any) -> None:
    with capture_logs(processors=_processors()) as lines:
        await broken.post("/broken", data=CUSTOMER_TEXT)
    [line] = lines
    assert "RuntimeError" in line["exception"]
    assert "Greta" not in line["exception"]


def _processors() -> list[Any]:
    """Those of a running server, up to the one that makes a line of the event."""
    logs.set_up(readable=False)
    try:
        return list(structlog.get_config()["processors"][:-1])
    finally:
        structlog.reset_defaults()


async def test_two_faults_have_two_references(broken: Any) -> None:
    documents = [await (await broken.post("/broken")).json() for _ in range(2)]
    assert documents[0]["reference"] != documents[1]["reference"]
