"""The HTTP side of the Slack stand-in: Web API and response_url, answered from the workspace."""

import json
from typing import Any

from aiohttp import web

from bot.fakes.loopback import Failure, StandIn, cut
from bot.fakes.slack_methods import SlackMethods, content_error, error
from bot.fakes.slack_workspace import BOT_USER, Message, ResponseUrl, Workspace

Json = dict[str, Any]

# Slack takes these as JSON text where the request itself is not JSON.
JSON_ARGUMENTS = {"blocks", "attachments", "view", "metadata", "unfurls"}


class SlackService(StandIn):
    def __init__(self, bot_token: str, port: int, delivery_timeout: float) -> None:
        super().__init__(port, delivery_timeout)
        self.bot_token = bot_token
        self.workspace = Workspace()
        self._methods = SlackMethods(self.workspace, self._tell)
        self._application.router.add_route("*", "/api/{method}", self._serve_method)
        self._application.router.add_post("/respond/{token}", self._serve_response_url)

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    async def _serve_method(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            arguments, token = await _decode(request)
        except ValueError:
            self._record(method, {}, 200, error("invalid_json"))
            return web.json_response(error("invalid_json"))
        failure = self._planned_failure(method)
        if failure and failure.drop:
            self._record(method, arguments, 0, None)
            return cut(request)
        if failure and not failure.lose_answer:
            return self._refuse(method, arguments, failure)
        if token != self.bot_token:
            answer = error("invalid_auth" if token else "not_authed")
        else:
            answer = self._methods.answer(method, arguments)
        if failure:
            self._record(method, arguments, 0, None)
            return cut(request)
        self._record(method, arguments, 200, answer)
        return web.json_response(answer)

    def _refuse(self, method: str, arguments: Json, failure: Failure) -> web.StreamResponse:
        answer = error(failure.error or ("ratelimited" if failure.status == 429 else "internal_error"))
        self._record(method, arguments, failure.status, answer)
        headers = {"Retry-After": str(failure.retry_after)} if failure.status == 429 else {}
        return web.json_response(answer, status=failure.status, headers=headers)

    async def _serve_response_url(self, request: web.Request) -> web.StreamResponse:
        try:
            arguments = json.loads(await request.read())
        except ValueError:
            arguments = None
        if not isinstance(arguments, dict):
            return web.json_response(error("invalid_payload"), status=400)
        failure = self._planned_failure("response_url")
        if failure and failure.drop:
            self._record("response_url", arguments, 0, None)
            return cut(request)
        if failure and not failure.lose_answer:
            return self._refuse("response_url", arguments, failure)
        target = self.workspace.use_response_url(request.match_info["token"])
        refusal = error(target) if isinstance(target, str) else self.respond(arguments, target)
        status = 404 if isinstance(target, str) else 400 if refusal else 200
        self._record("response_url", arguments, 0 if failure else status, refusal or {"ok": True})
        if failure:
            return cut(request)
        return web.json_response(refusal, status=status) if refusal else web.Response(text="ok")

    def respond(self, arguments: Json, target: ResponseUrl) -> Json | None:
        original = target.message if target.message in self.workspace.messages else None
        if arguments.get("delete_original"):
            if original:
                self.workspace.messages.remove(original)
                self._tell("message.deleted", target.channel, original)
            return None
        if wrong := content_error(arguments):
            return wrong
        text, blocks = str(arguments.get("text") or ""), arguments.get("blocks") or []
        if arguments.get("replace_original") and original:
            self.workspace.edit(original, text, blocks)
            self._tell("message.updated", target.channel, original)
            return None
        private = arguments.get("response_type", "ephemeral") != "in_channel"
        posted = Message(target.channel, self.workspace.new_ts(), BOT_USER, text, blocks)
        posted.thread_ts = str(arguments.get("thread_ts") or "")
        posted.ephemeral_to = target.user if private else ""
        target.message = self.workspace.post(posted)
        self._tell("message.posted", target.channel, posted)
        return None


async def _decode(request: web.Request) -> tuple[Json, str]:
    """Arguments and token from JSON, a form or the query: the SDK uses all three."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json()
        arguments |= body if isinstance(body, dict) else {}
    else:
        arguments |= dict(await request.post())
        for name in JSON_ARGUMENTS & arguments.keys():
            if isinstance(arguments[name], str):
                arguments[name] = json.loads(arguments[name])
    in_body = str(arguments.pop("token", "") or "")
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return arguments, bearer or in_body
