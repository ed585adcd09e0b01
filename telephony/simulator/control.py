"""A phone played from outside: for a terminal beside the demo."""

from __future__ import annotations

import hmac
from typing import Any

from aiohttp import web

from telephony.simulator.call import Call
from telephony.simulator.network import Network


def routes(network: Network) -> list[web.RouteDef]:
    control = Control(network)
    return [
        web.get("/simulator/calls", control.list_calls),
        web.post("/simulator/calls", control.place_call),
        web.get("/simulator/calls/{sid}", control.show_call),
        web.post("/simulator/calls/{sid}", control.act),
        web.get("/simulator/texts/{number}", control.list_texts),
        web.post("/simulator/texts", control.send_text),
    ]


class Control:
    """Guarded by a key that only this machine's user can read."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def list_calls(self, request: web.Request) -> web.Response:
        self._require_key(request)
        return web.json_response([state(call) for call in self._network.calls.values()])

    async def place_call(self, request: web.Request) -> web.Response:
        self._require_key(request)
        body = await request.json()
        return web.json_response(state(await self._network.dial(body["from"], body["to"])))

    async def show_call(self, request: web.Request) -> web.Response:
        self._require_key(request)
        return web.json_response(state(self._call(request)))

    async def act(self, request: web.Request) -> web.Response:
        self._require_key(request)
        body, call = await request.json(), self._call(request)
        await act(call, body.get("do", ""), body.get("with", ""))
        return web.json_response(state(call))

    async def list_texts(self, request: web.Request) -> web.Response:
        self._require_key(request)
        texts = self._network.handset(request.match_info["number"]).texts
        return web.json_response([{"from": text.from_, "to": text.to, "body": text.body} for text in texts])

    async def send_text(self, request: web.Request) -> web.Response:
        self._require_key(request)
        body = await request.json()
        message = await self._network.text(body["from"], body["to"], body["body"])
        return web.json_response({"sid": message.sid})

    def _require_key(self, request: web.Request) -> None:
        sent = request.headers.get("X-Simulator-Key", "")
        if not self._network.simulator_key or not hmac.compare_digest(
            sent.encode("utf-8", "replace"), self._network.simulator_key.encode()
        ):
            raise web.HTTPForbidden

    def _call(self, request: web.Request) -> Call:
        call = self._network.calls.get(request.match_info["sid"])
        if call is None:
            raise web.HTTPNotFound
        return call


async def act(call: Call, do: str, value: str) -> None:
    """One action of the person at the phone."""
    match do:
        case "press":
            await call.press(value)
        case "say":
            await call.say(value)
        case "wait":
            await call.wait()
        case "hang_up":
            await call.hang_up()
        case "answer":
            await call.answer()
        case "decline":
            await call.decline()
        case _:
            raise web.HTTPBadRequest


def state(call: Call) -> dict[str, Any]:
    return {
        "sid": call.sid,
        "number": call.number,
        "direction": call.direction,
        "status": call.status,
        "doing": call.doing,
        "prompts": [{"text": prompt.text, "language": prompt.language} for prompt in call.prompts],
    }
