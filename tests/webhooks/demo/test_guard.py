"""The demo answers its own page on this machine, and no other."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from tests.ports import free_port
from webhooks.demo.guard import own_page_only


@pytest.fixture
async def client() -> AsyncIterator[TestClient[web.Request, web.Application]]:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="the whole company")

    port = free_port()
    app = web.Application(middlewares=[own_page_only(port)])
    app.router.add_route("*", "/", answer)
    async with TestClient(TestServer(app, port=port)) as found:
        yield found


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_its_own_page_is_served_under_both_names_of_this_machine(
    client: TestClient[web.Request, web.Application], name: str, method: str
) -> None:
    own = f"{name}:{client.port}"
    response = await client.request(method, "/", headers={"Host": own, "Origin": f"http://{own}"})
    assert (response.status, await response.text()) == (200, "the whole company")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", "127.0.0.1", "127.0.0.1:1", ""]
)
async def test_a_foreign_host_is_refused(client: TestClient[web.Request, web.Application], host: str) -> None:
    response = await client.get("/", headers={"Host": host.format(port=client.port)})
    assert response.status == 403
    assert response.content_type == "application/problem+json"
    assert "the whole company" not in await response.text()


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "http://127.0.0.1:{port}0"],
)
async def test_a_foreign_origin_is_refused(client: TestClient[web.Request, web.Application], origin: str) -> None:
    headers = {"Host": f"127.0.0.1:{client.port}", "Origin": origin.format(port=client.port)}
    response = await client.post("/", headers=headers)
    assert response.status == 403
    assert "the whole company" not in await response.text()
