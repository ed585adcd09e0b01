import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, unused_port

from webhooks.demo.guard import own_page_only


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:{port}", None, 200),
        ("localhost:{port}", "http://localhost:{port}", 200),
        ("127.0.0.1:{port}", "http://127.0.0.1:{port}", 200),
        ("crm.example.com", None, 403),
        ("127.0.0.1:1", None, 403),
        ("127.0.0.1:{port}", "https://evil.example.com", 403),
        ("127.0.0.1:{port}", "null", 403),
    ],
)
async def test_only_its_own_page_on_this_machine_may_use_the_demo(host: str, origin: str | None, status: int) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response()

    port = unused_port()
    app = web.Application(middlewares=[own_page_only(port)])
    app.router.add_get("/", answer)
    headers = {"Host": host.format(port=port)} | ({"Origin": origin.format(port=port)} if origin else {})
    async with TestClient(TestServer(app, port=port)) as client:
        assert (await client.get("/", headers=headers)).status == status
