"""A stand-in for a Rasa server: it answers what it was given, and asks back for actions as one does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(slots=True)
class RasaServer:
    """`parsed` and `says` by text. `calls` are actions that are asked of `actions_url` before `says` is answered.

    `hangs_up`: it has heard, and closes the connection without a word.
    """

    parsed: dict[str, object] = field(default_factory=dict)
    says: dict[str, object] = field(default_factory=dict)
    calls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    actions_url: str = ""
    status: int = 200
    model: object = "models/offhook.tar.gz"
    token: str | None = None
    is_slow: bool = False
    hangs_up: bool = False
    heard: list[dict[str, Any]] = field(default_factory=list)
    carried_out: list[dict[str, Any]] = field(default_factory=list)
    _server: TestServer | None = None
    _done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        assert self._server is not None
        return str(self._server.make_url("")).rstrip("/")

    @property
    def senders(self) -> set[str]:
        return {request["sender"] for request in self.heard if "sender" in request}

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/model/parse", self._parse)
        app.router.add_post("/webhooks/rest/webhook", self._talk)
        app.router.add_get("/status", self._status)
        self._server = TestServer(app)
        await self._server.start_server()
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._done.set()
        assert self._server is not None
        await self._server.close()

    async def _parse(self, request: web.Request) -> web.Response:
        body = await self._listen(request)
        return self._answer(self.parsed.get(body["text"], {}))

    async def _talk(self, request: web.Request) -> web.Response:
        body = await self._listen(request)
        for call in self.calls.get(body["message"], []):
            await self._carry_out(call, body["sender"])
        return self._answer(self.says.get(body["message"], []))

    async def _status(self, _request: web.Request) -> web.Response:
        return self._answer({"model_file": self.model, "model_id": "7", "num_active_training_jobs": 0})

    async def _listen(self, request: web.Request) -> Mapping[str, Any]:
        body: dict[str, Any] = await request.json()
        self.heard.append(body)
        if self.hangs_up and request.transport is not None:
            request.transport.abort()
        if self.is_slow:
            await self._done.wait()
        if self.token is not None and request.query.get("token") != self.token:
            raise web.HTTPUnauthorized
        return body

    async def _carry_out(self, call: dict[str, Any], sender: str) -> None:
        wanted = {**call, "sender_id": sender, "tracker": {**call["tracker"], "sender_id": sender}}
        async with aiohttp.ClientSession() as session, session.post(self.actions_url, json=wanted) as response:
            self.carried_out.append({"status": response.status, **(await response.json())})

    def _answer(self, body: object) -> web.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(text=text, status=self.status, content_type="application/json")


def parsed(intent: str | None, confidence: float, *ranked: str, **entities: object) -> dict[str, Any]:
    """As `POST /model/parse` answers."""
    return {
        "text": "",
        "intent": {"name": intent, "confidence": confidence},
        "entities": [
            {"entity": name, "start": 0, "end": 0, "value": value, "extractor": "DIETClassifier"}
            for name, value in entities.items()
        ],
        "intent_ranking": [{"name": name, "confidence": 0.1} for name in ranked],
    }
