"""How a request is served: who may ask, what it may carry, and what chaos makes of it."""

from __future__ import annotations

import asyncio
import base64
import hmac
import re
from contextlib import suppress
from urllib.parse import parse_qsl

from aiohttp import web

from telephony.simulator.exchange import API_VERSION
from telephony.simulator.network import Failure, Network, RestRequest
from telephony.simulator.rest import calls, conferences, media, messages, numbers, participants, queues, recordings
from telephony.simulator.rest.endpoint import Answer, Asked, Endpoint, Refusal, not_found

ENDPOINTS: list[Endpoint] = [
    *calls.ENDPOINTS,
    *conferences.ENDPOINTS,
    *participants.ENDPOINTS,
    *recordings.ENDPOINTS,
    *messages.ENDPOINTS,
    *queues.ENDPOINTS,
    *numbers.ENDPOINTS,
]
SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
# A callback that overtakes the answer is waited for, but not for ever.
OVERTAKING_SECONDS = 5.0


def routes(network: Network) -> list[web.RouteDef]:
    account = f"/{API_VERSION}/Accounts/{network.account_sid}"
    served = [
        web.route(endpoint.method, f"{account}/{endpoint.path}.json", Served(network, endpoint).serve)
        for endpoint in ENDPOINTS
    ]
    files = media.Media(network, is_authorised)
    return [
        *served,
        web.get(f"{account}/Recordings/{{recording}}", files.serve),
        web.route("*", f"/{API_VERSION}/{{tail:.*}}", Unknown(network).serve),
    ]


class Served:
    def __init__(self, network: Network, endpoint: Endpoint) -> None:
        self._network = network
        self._endpoint = endpoint

    async def serve(self, request: web.Request) -> web.StreamResponse:
        network, endpoint = self._network, self._endpoint
        with network.stillness.busy():
            form = await _form_of(request)
            network.requests.append(RestRequest(request.method, request.path, form))
            network.changed()
            name = self._name(request, form)
            failure = self._failure()
            try:
                if not is_authorised(network, request):
                    raise Refusal(401, 20003, "Authenticate")
                self._check(form)
                self._refuse(name, failure)
                answer = endpoint.answer(Asked(network, dict(request.match_info), form))
            except Refusal as refusal:
                return _refused(network, request, refusal)
            except ValueError as error:
                return _refused(network, request, Refusal(400, 20001, str(error), is_mistake=True))
            is_lost = (failure is not None and failure.drop) or (
                network.chaos is not None and endpoint.is_create and network.chaos.loses_answer(name)
            )
            return await self._answer(request, answer, name, is_lost=is_lost)

    async def _answer(self, request: web.Request, answer: Answer, name: str, *, is_lost: bool) -> web.StreamResponse:
        """What the request begins is told after the answer is on its way, unless chaos lets it overtake."""
        chaos = self._network.chaos
        overtakes = is_lost or (chaos is not None and self._endpoint.is_create and chaos.calls_back_first(name))
        if overtakes and answer.then is not None:
            answer.then()
            with suppress(TimeoutError):
                async with asyncio.timeout(OVERTAKING_SECONDS):
                    body = answer.body or {}
                    await self._network.reports.delivered(str(body.get("sid") or body.get("call_sid")))
        if is_lost:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        response = (
            web.Response(status=204) if answer.body is None else web.json_response(answer.body, status=answer.status)
        )
        # Who asked may be gone by now; what they asked for happens all the same.
        with suppress(ConnectionResetError):
            await response.prepare(request)
            await response.write_eof()
        if answer.then is not None and not overtakes:
            answer.then()
        return response

    def _check(self, form: list[tuple[str, str]]) -> None:
        given = {name for name, value in form if value}
        unknown = {name for name, _value in form} - self._endpoint.known
        if unknown:
            raise Refusal(400, 20001, f"unknown parameters {', '.join(sorted(unknown))}", is_mistake=True)
        for name, code in self._endpoint.required.items():
            if name not in given:
                raise Refusal(400, code, f"{name} is required", is_mistake=True)

    def _failure(self) -> Failure | None:
        """The next that a test has planned."""
        if self._endpoint.method == "GET" or not self._network.failures:
            return None
        return self._network.failures.pop(0)

    def _refuse(self, name: str, failure: Failure | None) -> None:
        if failure is not None and not failure.drop:
            raise Refusal(failure.status, failure.code, "planned failure")
        refusal = self._network.chaos.refusal(name) if self._network.chaos is not None else None
        if refusal is not None:
            raise Refusal(*refusal, "chaos")

    def _name(self, request: web.Request, form: list[tuple[str, str]]) -> str:
        """The same in each run: SIDs are replaced by what they stand for."""
        path = SID.sub(lambda found: self._known_as(found[0]), request.path.rpartition(self._network.account_sid)[2])
        to = next((value for key, value in form if key == "To"), "")
        return f"{request.method} {path} {to}".strip()

    def _known_as(self, sid: str) -> str:
        call, room = self._network.calls.get(sid), self._network.conferences.get(sid)
        return call.name if call is not None else room.known_as if room is not None else sid


class Unknown:
    """Whatever else is asked: an account of somebody else, or what the simulator does not know."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def serve(self, request: web.Request) -> web.Response:
        form = await _form_of(request)
        self._network.requests.append(RestRequest(request.method, request.path, form))
        if not is_authorised(self._network, request):
            return _refused(self._network, request, Refusal(401, 20003, "Authenticate"))
        unknown = not_found(request.path)
        unknown.is_mistake = True
        return _refused(self._network, request, unknown)


def is_authorised(network: Network, request: web.Request) -> bool:
    account = f"{network.account_sid}:{network.auth_token}"
    expected = "Basic " + base64.b64encode(account.encode()).decode()
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


async def _form_of(request: web.Request) -> list[tuple[str, str]]:
    text = await request.text() if request.method == "POST" else request.query_string
    return parse_qsl(text, keep_blank_values=True)


def _refused(network: Network, request: web.Request, refusal: Refusal) -> web.Response:
    if refusal.is_mistake:
        network.complain(f"{refusal.code} {request.method} {request.path}: {refusal.message}")
    body = {
        "status": refusal.status,
        "code": refusal.code,
        "message": refusal.message,
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
    }
    return web.json_response(body, status=refusal.status)
