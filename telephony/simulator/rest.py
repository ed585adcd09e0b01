"""The REST requests that the product makes, and a second surface for other processes to use a phone through."""

from __future__ import annotations

import base64
import hmac
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from telephony.simulator.call import SimulatedCall, new_sid
from telephony.simulator.exchange import Input
from telephony.simulator.network import Network, RestRequest

CREATE = {
    "To", "From", "Url", "Method", "StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent", "Timeout",
    "MachineDetection",
}  # fmt: skip
MESSAGE = {"To", "From", "Body"}
UPDATE = {"Url", "Method", "Status"}


def routes(network: Network) -> list[web.RouteDef]:
    account = f"/2010-04-01/Accounts/{network.account_sid}"
    rest, control = Rest(network), Control(network)
    return [
        web.post(f"{account}/Calls.json", rest.create_call),
        web.get(f"{account}/Calls/{{sid}}.json", rest.fetch_call),
        web.post(f"{account}/Calls/{{sid}}.json", rest.update_call),
        web.post(f"{account}/Messages.json", rest.create_message),
        web.get(f"{account}/IncomingPhoneNumbers.json", rest.list_numbers),
        web.post(f"{account}/IncomingPhoneNumbers/{{sid}}.json", rest.update_number),
        web.delete(f"{account}/Recordings/{{sid}}.json", rest.delete_recording),
        web.get("/simulator/calls", control.list_calls),
        web.post("/simulator/calls", control.place_call),
        web.get("/simulator/calls/{sid}", control.show_call),
        web.post("/simulator/calls/{sid}", control.act),
    ]


class Rest:
    def __init__(self, network: Network) -> None:
        self._network = network

    async def create_call(self, request: web.Request) -> web.Response:
        form = await self._form(request)
        if isinstance(form, web.Response):
            return form
        fields = dict(form)
        unknown, missing = set(fields) - CREATE, {"To", "From", "Url"} - set(fields)
        if unknown or missing:
            return _error(400, 20001, f"unknown {sorted(unknown)}, missing {sorted(missing)}")
        failure = self._network.failures.pop(0) if self._network.failures else None
        if failure is not None and not failure.drop:
            return _error(failure.status, failure.code, "planned failure")
        events = frozenset(value for name, value in form if name == "StatusCallbackEvent") or frozenset({"completed"})
        call = self._network.ring(fields, events)
        if failure is not None:
            _cut(request)
        return web.json_response(_json(self._network, call), status=201)

    async def create_message(self, request: web.Request) -> web.Response:
        """The text lies in `texts` of the network: no phone shows it."""
        form = await self._form(request)
        if isinstance(form, web.Response):
            return form
        fields = dict(form)
        if set(fields) != MESSAGE:
            return _error(400, 20001, f"wanted {sorted(MESSAGE)}, got {sorted(fields)}")
        failure = self._network.failures.pop(0) if self._network.failures else None
        if failure is not None and not failure.drop:
            return _error(failure.status, failure.code, "planned failure")
        self._network.texts.append(fields)
        if failure is not None:
            _cut(request)
        return web.json_response({"sid": new_sid("SM"), "status": "queued", **fields}, status=201)

    async def fetch_call(self, request: web.Request) -> web.Response:
        form = await self._form(request)
        call = self._network.calls.get(request.match_info["sid"])
        if isinstance(form, web.Response):
            return form
        return web.json_response(_json(self._network, call)) if call else _not_found(request)

    async def update_call(self, request: web.Request) -> web.Response:
        form = await self._form(request)
        if isinstance(form, web.Response):
            return form
        fields, call = dict(form), self._network.calls.get(request.match_info["sid"])
        if call is None:
            return _not_found(request)
        if set(fields) - UPDATE:
            return _error(400, 20001, f"unknown {sorted(set(fields) - UPDATE)}")
        if call.is_over:
            return _error(400, 21220, "Call is not in-progress. Cannot redirect.")
        if self._network.failures:
            failure = self._network.failures.pop(0)
            return _error(failure.status, failure.code, "planned failure")
        if "Url" in fields:
            await call.redirect(fields["Url"])
        else:
            call.tell(Input("hang-up"))
        return web.json_response(_json(self._network, call))

    async def delete_recording(self, request: web.Request) -> web.Response:
        form = await self._form(request)
        sid = request.match_info["sid"]
        if isinstance(form, web.Response):
            return form
        if sid in self._network.deleted_recordings:
            return _not_found(request)
        self._network.deleted_recordings.append(sid)
        return web.Response(status=204)

    async def list_numbers(self, request: web.Request) -> web.Response:
        form = await self._form(request)
        if isinstance(form, web.Response):
            return form
        wanted = request.query.get("PhoneNumber")
        found = [self._number(number) for number in self._network.numbers if wanted in {None, number}]
        return web.json_response({"incoming_phone_numbers": found, "page": 0, "page_size": 50, "next_page_uri": None})

    async def update_number(self, request: web.Request) -> web.Response:
        form = await self._form(request)
        if isinstance(form, web.Response):
            return form
        number = next((n for n in self._network.numbers if _sid_of(n) == request.match_info["sid"]), None)
        if number is None:
            return _not_found(request)
        fields, config = dict(form), self._network.numbers[number]
        config.voice_url = fields.get("VoiceUrl", config.voice_url)
        config.fallback_url = fields.get("VoiceFallbackUrl", config.fallback_url)
        config.status_callback = fields.get("StatusCallback", config.status_callback)
        return web.json_response(self._number(number))

    def _number(self, number: str) -> dict[str, Any]:
        config = self._network.numbers[number]
        return {
            "sid": _sid_of(number),
            "account_sid": self._network.account_sid,
            "phone_number": number,
            "voice_url": config.voice_url,
            "voice_fallback_url": config.fallback_url,
            "status_callback": config.status_callback,
        }

    async def _form(self, request: web.Request) -> list[tuple[str, str]] | web.Response:
        account = f"{self._network.account_sid}:{self._network.auth_token}"
        expected = "Basic " + base64.b64encode(account.encode()).decode()
        if request.headers.get("Authorization") != expected:
            return _error(401, 20003, "Authenticate")
        form = parse_qsl(await request.text(), keep_blank_values=True)
        self._network.requests.append(RestRequest(request.method, request.path, form))
        self._network.changed()
        return form


class Control:
    """For a terminal beside the demo: guarded by a key that only this machine's user can read."""

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

    def _require_key(self, request: web.Request) -> None:
        sent = request.headers.get("X-Simulator-Key", "")
        if not self._network.simulator_key or not hmac.compare_digest(
            sent.encode("utf-8", "replace"), self._network.simulator_key.encode()
        ):
            raise web.HTTPForbidden

    def _call(self, request: web.Request) -> SimulatedCall:
        call = self._network.calls.get(request.match_info["sid"])
        if call is None:
            raise web.HTTPNotFound
        return call


async def act(call: SimulatedCall, do: str, value: str) -> None:
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


def state(call: SimulatedCall) -> dict[str, Any]:
    return {
        "sid": call.sid,
        "number": call.number,
        "direction": call.direction,
        "status": call.status,
        "doing": call.doing,
        "prompts": [{"text": prompt.text, "language": prompt.language} for prompt in call.prompts],
    }


def _json(network: Network, call: SimulatedCall) -> dict[str, Any]:
    return {
        "sid": call.sid,
        "account_sid": network.account_sid,
        "status": call.status,
        "from": call.from_,
        "to": call.to,
        "direction": "outbound-api" if call.direction == "outbound" else "inbound",
        "api_version": "2010-04-01",
    }


def _sid_of(number: str) -> str:
    return "PN" + number.removeprefix("+").zfill(32)


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _not_found(request: web.Request) -> web.Response:
    return _error(404, 20404, f"The requested resource {request.path} was not found")


def _error(status: int, code: int, message: str) -> web.Response:
    body = {
        "status": status,
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
    }
    return web.json_response(body, status=status)
