"""The HTTP side of the Telegram stand-in: the Bot API and file downloads, answered from the chats."""

import json
import re
from typing import Any

from aiohttp import web

from bot.fakes.loopback import Failure, StandIn, cut
from bot.fakes.telegram_chats import Chats, UploadedFile
from bot.fakes.telegram_limits import Refusal
from bot.fakes.telegram_methods import TelegramMethods, Webhook

Json = dict[str, Any]

# Everything else arrives as JSON text: numbers, booleans, keyboards, lists.
TEXT_ARGUMENTS = {
    "action",
    "callback_query_id",
    "caption",
    "description",
    "file_id",
    "inline_message_id",
    "language_code",
    "parse_mode",
    "secret_token",
    "text",
    "title",
    "url",
}


class TelegramService(StandIn):
    def __init__(self, token: str, secret: str, webhook_url: str, port: int, delivery_timeout: float) -> None:
        super().__init__(port, delivery_timeout)
        self.token = token
        number = token.split(":", 1)[0]
        bot = {
            "id": int(number) if number.isdigit() else 1,
            "is_bot": True,
            "first_name": "Offhook",
            "username": "offhook_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        self.chats = Chats(bot)
        self.webhook = Webhook(webhook_url, secret)
        self._methods = TelegramMethods(self.chats, self.webhook, self._tell)
        self._application.router.add_route("*", "/bot{token}/{method}", self._serve_method)
        self._application.router.add_get("/file/bot{token}/files/{file}", self._serve_file)

    @property
    def api_url(self) -> str:
        """python-telegram-bot's base_url is this and "/bot", its base_file_url this and "/file/bot"."""
        return self.url

    def _token_problem(self, request: web.Request) -> web.StreamResponse | None:
        token = request.match_info["token"]
        if not re.fullmatch(r"\d+:[\w-]+", token):
            return _refused(404, "Not Found")
        return None if token == self.token else _refused(401, "Unauthorized")

    async def _serve_method(self, request: web.Request) -> web.StreamResponse:
        if problem := self._token_problem(request):
            return problem
        try:
            method, arguments = request.match_info["method"], await _decode(request)
        except ValueError:
            return _refused(400, "Bad Request: can't parse request")
        failure = self._planned_failure(method)
        if failure and failure.drop:
            self._record(method, arguments, 0, None)
            return cut(request)
        if failure and not failure.lose_answer:
            return self._fail(method, arguments, failure)
        status, answer = self.perform(method, arguments)
        self._record(method, arguments, 0 if failure else status, answer)
        return cut(request) if failure else web.json_response(answer, status=status)

    def perform(self, method: str, arguments: Json) -> tuple[int, Json]:
        try:
            return 200, {"ok": True, "result": self._methods.answer(method, arguments)}
        except Refusal as refusal:
            answer = {"ok": False, "error_code": refusal.status, "description": refusal.description}
            return refusal.status, answer

    def _fail(self, method: str, arguments: Json, failure: Failure) -> web.StreamResponse:
        answer: Json = {"ok": False, "error_code": failure.status}
        if failure.status == 429:
            answer["description"] = failure.error or f"Too Many Requests: retry after {failure.retry_after}"
            answer["parameters"] = {"retry_after": failure.retry_after}
        else:
            answer["description"] = failure.error or "Internal Server Error"
        self._record(method, arguments, failure.status, answer)
        return web.json_response(answer, status=failure.status)

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        if problem := self._token_problem(request):
            return problem
        file = self.chats.files.get(request.match_info["file"])
        if file is None:
            return _refused(404, "Not Found")
        return web.Response(body=file.content, content_type="application/octet-stream")


def _refused(status: int, description: str) -> web.Response:
    return web.json_response({"ok": False, "error_code": status, "description": description}, status=status)


async def _decode(request: web.Request) -> Json:
    """From query, form, multipart or JSON. Files become UploadedFile, also where a field says attach://name."""
    if request.content_type == "application/json":
        body = json.loads(await request.read() or b"{}")
        return body if isinstance(body, dict) else {}
    arguments: Json = {name: _value(name, text) for name, text in request.query.items()}
    files: dict[str, UploadedFile] = {}
    for name, part in (await request.post()).items():
        if isinstance(part, web.FileField):
            files[name] = UploadedFile(part.filename, part.content_type, part.file.read())
        elif isinstance(part, str):
            arguments[name] = _value(name, part)
    attached = {f"attach://{name}": name for name in files}
    for name, value in list(arguments.items()):
        if isinstance(value, str) and value in attached:
            arguments[name] = files.pop(attached[value])
    return arguments | files


def _value(name: str, text: str) -> Any:
    if name in TEXT_ARGUMENTS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
