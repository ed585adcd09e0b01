"""Twilio's webhooks: verified, stored, answered with the same bytes when they come again."""

from __future__ import annotations

from aiohttp import web
from multidict import MultiDict

from crm_core import inbox
from crm_core.errors import CrmError, NotFound
from intents.understand.meant import Meant
from telephony import ivr
from telephony.signature import is_genuine, is_genuine_socket
from telephony.voice import to_bytes
from webhooks.errors import Handler, problem
from webhooks.runtime import Runtime
from webhooks.settings import revealed
from webhooks.twilio.answers import ANSWERS, SECRET, Answer
from webhooks.twilio.hook import Hook, Malformed, form_of, key_of, storable, text_of, without_keys
from webhooks.worker import Listen

SIGNATURE = "X-Twilio-Signature"


class TwilioRoutes:
    def __init__(self, runtime: Runtime, listen: Listen | None = None) -> None:
        self._runtime = runtime
        self._listen = listen
        self._token = revealed(runtime.settings.twilio_auth_token)
        self._base_url = runtime.settings.base_url

    def table(self) -> list[web.RouteDef]:
        hooks = [
            web.post(f"/twilio/{path}", self._answered_by(answer, is_secret=path in SECRET))
            for path, answer in ANSWERS.items()
        ]
        # What nothing above takes: aiohttp asks in this order.
        rest = web.route("*", "/twilio/{path:.*}", self._elsewhere)
        return [*hooks, web.post("/twilio/fallback", self._fallback), rest]

    def _answered_by(self, answer: Answer, *, is_secret: bool) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            form = await self._verified(request)
            if isinstance(form, web.Response):
                return form
            form = storable(form)
            meant = await self._meaning(form.get("SpeechResult", ""))
            hook = Hook(form, MultiDict(request.query), self._runtime.clock(), meant)
            kept = without_keys(hook.form) if is_secret else hook.form
            try:
                body = await self._once(key_of(request.raw_path, request.headers, kept), kept, hook, answer)
            except Malformed as error:
                return problem(400, str(error))
            except NotFound as error:
                return problem(404, "There is no such call", error.message.id)
            except CrmError as error:
                company = self._runtime.company
                body = to_bytes(ivr.apology(company, company.language, error.message))
            self._runtime.woken.set()
            return _document(body)

        return handle

    async def _meaning(self, speech: str) -> Meant | None:
        return await self._listen(speech) if self._listen is not None and speech.strip() else None

    async def _verified(self, request: web.Request) -> MultiDict[str] | web.Response:
        raw = await request.read()
        # Twilio signs a JSON body by its digest in the address: it is judged as text, not as a form.
        said = text_of(raw) if request.content_type == "application/json" else form_of(raw)
        signed_for = said if said is not None else MultiDict()
        address, signature = self._base_url + request.raw_path, request.headers.get(SIGNATURE)
        if not is_genuine(self._token, address, signed_for, signature):
            return problem(403, "The signature is not Twilio's")
        return said if isinstance(said, MultiDict) else problem(400, "The body is not a UTF-8 form")

    async def _elsewhere(self, request: web.Request) -> web.Response:
        """No sockets are spoken here; whoever may know that is told so, as for any other address of ours."""
        if request.headers.get("Upgrade", "").lower() == "websocket":
            query = form_of(request.raw_path.partition("?")[2].encode("utf-8", "surrogateescape"))
            address, signature = self._base_url + request.raw_path, request.headers.get(SIGNATURE)
            if query is None or not is_genuine_socket(self._token, address, query, signature):
                return problem(403, "The signature is not Twilio's")
            return problem(404, "There is no socket")
        if request.match_info["path"] in {*ANSWERS, "fallback"}:
            raise web.HTTPMethodNotAllowed(request.method, ["POST"])
        raise web.HTTPNotFound

    async def _once(self, key: str, kept: MultiDict[str], hook: Hook, answer: Answer) -> bytes:
        """Receipt, change and answer in one commit; a repeat waits for the first and gets its bytes."""
        async with self._runtime.database.transaction() as session:
            address = f"twilio:{hook.sid}"
            delivered = await inbox.begin_answer(session, "twilio", key, address, dict(kept), hook.now)
            if delivered.response is not None:
                return delivered.response
            body = await answer(session, hook)
            await session.flush()
            await inbox.answer(session, delivered, body, hook.now)
        return body

    async def _fallback(self, request: web.Request) -> web.Response:
        """Asked when another address failed: it needs no database."""
        form = await self._verified(request)
        if isinstance(form, web.Response):
            return form
        return _document(to_bytes(ivr.fallback(self._runtime.company)))


def _document(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="text/xml", charset="utf-8")
