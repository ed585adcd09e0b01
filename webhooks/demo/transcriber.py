"""A stand-in for a transcriber: takes what OpenAI's interface takes, and reads what the sound's own tag says."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from bot.fakes.loopback import Failure, StandIn, cut

LARGEST_FILE = 25 * 1024 * 1024
ENDINGS = {"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"}
FORMATS = {"json", "text", "srt", "verbose_json", "vtt"}
FIELDS = {"file", "model", "language", "prompt", "response_format", "temperature"}
BEGINNINGS = (b"ID3", b"\xff\xfb", b"RIFF", b"OggS", b"fLaC")
_WORDS = re.compile(rb"USLT(.{4})\x00\x00\x03und\x00", re.DOTALL)


class Refusal(Exception):
    """As OpenAI answers a request that is wrong."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class FakeTranscriber(StandIn):
    """`says`: the text for what carries no words of its own."""

    def __init__(self, key: str, model: str = "whisper-1", *, port: int = 0) -> None:
        super().__init__(port, delivery_timeout=1.0)
        self.key = key
        self.model = model
        self.says = ""
        self._application.router.add_post("/v1/audio/transcriptions", self._serve)

    @property
    def api_url(self) -> str:
        return f"{self.url}/v1"

    @property
    def refused(self) -> list[Any]:
        """What the product asked and should not have."""
        return [call.answer for call in self.calls if call.status in range(400, 500) and call.status != 429]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        form = await request.post() if request.content_type == "multipart/form-data" else {}
        asked = {name: _shown(value) for name, value in form.items()}
        failure = self._planned_failure("transcriptions")
        if failure is not None:
            return self._fail(request, asked, failure)
        answer: dict[str, Any]
        try:
            status, answer = 200, {"text": self._write_out(request, form)}
        except Refusal as refusal:
            status, answer = refusal.status, _error(refusal.code, str(refusal))
        self._record("transcriptions", asked, status, answer)
        return web.json_response(answer, status=status)

    def _write_out(self, request: web.Request, form: Any) -> str:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            raise Refusal(401, "invalid_api_key", "Incorrect API key provided.")
        unknown = sorted(set(form) - FIELDS)
        if unknown or len(form) != len(set(form)):
            raise Refusal(400, "unknown_parameter", f"Unrecognized or repeated: {unknown}")
        file = form.get("file")
        if not isinstance(file, web.FileField):
            raise Refusal(400, "missing_required_parameter", "file is no file")
        if form.get("model") != self.model:
            raise Refusal(404, "model_not_found", f"There is no model {form.get('model')!r}")
        if form.get("response_format", "json") not in FORMATS:
            raise Refusal(400, "invalid_value", "response_format")
        if not re.fullmatch("[a-z]{2}", form.get("language", "de")):
            raise Refusal(400, "invalid_language_format", "language is not ISO-639-1")
        data = file.file.read()
        if len(data) > LARGEST_FILE:
            raise Refusal(413, "file_too_large", "The file is larger than 25 MB")
        if file.filename.rpartition(".")[2] not in ENDINGS or not data.startswith(BEGINNINGS):
            raise Refusal(400, "invalid_file_format", "The file is no sound")
        return _words(data) or self.says

    def _fail(self, request: web.Request, asked: dict[str, Any], failure: Failure) -> web.StreamResponse:
        if failure.drop or failure.lose_answer:
            self._record("transcriptions", asked, 0, None)
            return cut(request)
        code = failure.error or ("rate_limit_exceeded" if failure.status == 429 else "server_error")
        answer = _error(code, "as planned")
        self._record("transcriptions", asked, failure.status, answer)
        headers = {"Retry-After": str(failure.retry_after)} if failure.status == 429 else {}
        return web.json_response(answer, status=failure.status, headers=headers)


def _words(data: bytes) -> str:
    """Of the tag that the stand-in of the phone network writes before the sound."""
    found = _WORDS.search(data[:64])
    if found is None:
        return ""
    size = sum(byte << shift for byte, shift in zip(found[1], (21, 14, 7, 0), strict=True))
    # The encoding, the language and the empty title are part of it.
    return data[found.end() : found.end() + size - 5].decode()


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


def _shown(value: Any) -> Any:
    if isinstance(value, web.FileField):
        return {"name": value.filename, "media_type": value.content_type}
    return value
