"""`/rasa/webhook`: where a Rasa server has its actions carried out."""

from __future__ import annotations

import hmac

from aiohttp import web
from pydantic import ValidationError

from webhooks.errors import problem
from webhooks.runtime import Runtime
from webhooks.settings import revealed

# Every call brings the whole conversation and the domain with it.
LARGEST_CALL = 8 * 1024 * 1024
CHUNK = 64 * 1024


def routes(runtime: Runtime) -> list[web.AbstractRouteDef]:
    from intents.rasa.server import ActionCall, ActionServer, UnknownAction

    token, server = revealed(runtime.settings.rasa_action_token), ActionServer()

    async def webhook(request: web.Request) -> web.Response:
        if not is_known(token, request):
            return problem(403, "The token is not RASA_ACTION_TOKEN")
        body = await _capped(request)
        if body is None:
            return problem(413, "The call is too large", f"At most {LARGEST_CALL} bytes are read.")
        try:
            call = ActionCall.model_validate_json(body)
        except ValidationError as error:
            return web.json_response(_refused(error), status=400)
        try:
            async with runtime.database.transaction() as session:
                result = await server.run(session, call, runtime.clock())
        except UnknownAction as error:
            return web.json_response({"error": str(error), "action_name": error.name}, status=404)
        runtime.woken.set()
        return web.json_response(result.model_dump())

    return [web.post("/rasa/webhook", webhook)]


def is_known(token: str, request: web.Request) -> bool:
    """As a parameter, which Rasa makes of `token` in endpoints.yml, or as a header, which it may be told to send."""
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    said = sent.strip() if scheme.casefold() == "bearer" else request.query.get("token", "")
    return hmac.compare_digest(said.encode("utf-8", "replace"), token.encode())


async def _capped(request: web.Request) -> bytes | None:
    """Counted as it is unpacked: Rasa may send it deflated."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(CHUNK):
        body += chunk
        if len(body) > LARGEST_CALL:
            return None
    return bytes(body)


def _refused(error: ValidationError) -> dict[str, str]:
    """As rasa-sdk refuses; Rasa itself wants an action's name beside the error."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return {"error": f"Invalid body request: {where + ': ' if where else ''}{first['msg']}", "action_name": ""}
