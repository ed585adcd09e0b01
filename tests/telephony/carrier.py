"""Twilio's REST API as far as a test wants it: notes each request, answers what it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.contracts import twilio
from tests.people import NOW

ACCOUNT_SID = "AC" + "0" * 32
AGENT_SID = "CA" + "a" * 32
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Carrier:
    answer: Answer
    requests: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    api_url: str = ""

    def given(self, name: str) -> list[str]:
        """The values of a parameter in all requests so far."""
        return [value for _path, form in self.requests for key, value in form if key == name]

    async def receive(self, request: web.Request) -> web.StreamResponse:
        form = parse_qsl(await request.text(), keep_blank_values=True)
        assert twilio.check(request.method, request.path, form) == []
        self.requests.append((request.path, form))
        return await self.answer(request)


async def created(_request: web.Request) -> web.Response:
    return web.json_response({"sid": AGENT_SID, "status": "queued"}, status=201)


def refused(status: int, code: int) -> Answer:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"status": status, "code": code, "message": "no"}, status=status)

    return answer


def problem(status: int, code: int) -> Answer:
    """The newer form of an error (RFC 9457), which the official client raises as another exception."""

    async def answer(_request: web.Request) -> web.Response:
        body = {"type": "about:blank", "title": "no", "status": status, "code": code}
        return web.json_response(body, status=status)

    return answer


async def lost(request: web.Request) -> web.Response:
    """Carried out, and the line breaks before the answer is there."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def silent(_request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")


async def garbled(_request: web.Request) -> web.Response:
    return web.Response(text="<html>", status=201)


@asynccontextmanager
async def listening(answer: Answer = created) -> AsyncIterator[Carrier]:
    carrier = Carrier(answer)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", carrier.receive)
    async with TestServer(app) as server:
        carrier.api_url = str(server.make_url("")).rstrip("/")
        yield carrier


def listed(*sids: str, status: str = "ringing", at: datetime = NOW) -> Answer:
    """Nothing but a list of calls is asked for."""
    made = format_datetime(at)
    found = [{"sid": sid, "status": status, "date_created": made, "start_time": made, "duration": None} for sid in sids]

    async def answer(request: web.Request) -> web.Response:
        assert request.method == "GET"
        return web.json_response({"calls": found, "page": 0, "page_size": 50, "next_page_uri": None})

    return answer
