"""A small application that plays the product: it says what a test tells it to, and checks who asks."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

from telephony.simulator import Chaos, FakeTwilio, NumberConfig

ACCOUNT = "AC" + "1" * 32
TOKEN = "auth-token-of-the-simulator"
LINE = "+493023125100"
GRETA, MIRA, JONAS, LENA = "+493023125010", "+493023125201", "+493023125202", "+493023125203"
SIP = "sip:mira@agents.example.com"
Said = str | Callable[[dict[str, str]], str]


@dataclass(frozen=True)
class Asked:
    path: str
    form: dict[str, str]
    token: str
    method: str


@dataclass(frozen=True)
class Answered:
    method: str
    path: str
    form: list[tuple[str, str]]
    status: int
    body: Any


@dataclass
class Desk:
    """`says`: what is in the <Response> at a path. Every other path answers with an empty one."""

    network: FakeTwilio
    url: str = ""
    says: dict[str, Said] = field(default_factory=dict)
    fails: dict[str, int] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    forged: list[str] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(TOKEN).validate(self.url + request.raw_path, form, signature):
            self.forged.append(request.raw_path)
        form |= dict(request.query) if request.method == "GET" else {}
        token = request.headers["I-Twilio-Idempotency-Token"]
        self.asked.append(Asked(request.path, form, token, request.method))
        if request.path in self.fails:
            return web.Response(status=self.fails[request.path])
        said = self.says.get(request.path, "")
        words = said(form) if callable(said) else said
        return web.Response(text=f"<Response>{words}</Response>", content_type="text/xml")

    def at(self, path: str) -> list[dict[str, str]]:
        """What was told there, in its order."""
        return [asked.form for asked in self.asked if asked.path == path]

    def told(self, path: str, name: str) -> list[str]:
        return [form.get(name, "") for form in self.at(path)]

    async def rest(self, method: str, path: str, **form: str | list[str]) -> Any:
        """A request as the product makes one, which is carried out."""
        status, body = await self.try_rest(method, path, **form)
        assert status < 300, body
        return body

    async def try_rest(self, method: str, path: str, **form: str | list[str]) -> tuple[int, Any]:
        pairs = [(name, one) for name, value in form.items() for one in ([value] if isinstance(value, str) else value)]
        address = f"/2010-04-01/Accounts/{ACCOUNT}/{path}.json"
        headers = {"Authorization": "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()}
        query = f"?{urlencode(pairs)}" if method == "GET" and pairs else ""
        data = urlencode(pairs).encode() if method == "POST" else None
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, self.network.api_url + address + query, data=data, headers=headers) as response,
        ):
            body = await response.json() if response.status != 204 else None
            self.answered.append(Answered(method, address, pairs, response.status, body))
            return response.status, body

    async def call(self, to: str = MIRA, **more: str | list[str]) -> Any:
        """The answer to a call that the product makes, after which the phone rings."""
        wanted = {"Url": f"{self.url}/agent"} if "Twiml" not in more else {}
        made = await self.rest("POST", "Calls", To=to, From=LINE, **{**wanted, **more})
        await self.network.settle()
        return made


@asynccontextmanager
async def at_work(
    chaos: Chaos | None = None, *, real_time: bool = False, start: datetime | None = None
) -> AsyncIterator[Desk]:
    async with FakeTwilio(ACCOUNT, TOKEN, chaos=chaos, real_time=real_time, start=start) as network:
        desk = Desk(network)
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", desk.serve)
        server = TestServer(app)
        await server.start_server()
        desk.url = str(server.make_url("")).rstrip("/")
        network.numbers[LINE] = NumberConfig(
            f"{desk.url}/voice",
            f"{desk.url}/fallback",
            f"{desk.url}/status",
            f"{desk.url}/sms",
            f"{desk.url}/sms-fallback",
        )
        yield desk
        await server.close()
        assert desk.forged == []
