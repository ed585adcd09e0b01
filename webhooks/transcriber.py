"""A transcriber that speaks OpenAI's interface: its own service, or a server in the house that understands the same."""

from __future__ import annotations

import io
import json
import re
import wave
from dataclasses import dataclass

import aiohttp

from crm_core.callcenter.recordings import Unwritten
from webhooks.settings import Settings

# What OpenAI takes; servers of the house take as much.
LARGEST_SOUND = 25 * 1024 * 1024
LARGEST_ANSWER = 1024 * 1024
# A small machine needs about as long as the caller spoke.
TIMEOUT_SECONDS = 240.0
CONNECT_SECONDS = 10.0
PATIENCE = {408, 409, 425, 429}
OWN_FAULT = 500
CHUNK = 64 * 1024
_CODE = re.compile(r"[\w.-]{1,60}", re.ASCII)


class NotWritten(Exception):
    """`is_lasting`: asking again would not help. The text holds nothing that was said."""

    def __init__(self, why: Unwritten, text: str, *, is_lasting: bool, after: float | None = None) -> None:
        super().__init__(text)
        self.why = why
        self.is_lasting = is_lasting
        self.after = after


@dataclass(frozen=True, slots=True)
class Sound:
    """The ending of its name tells the transcriber what it is."""

    data: bytes
    name: str
    media_type: str


class Transcriber:
    def __init__(self, url: str, key: str | None, model: str) -> None:
        self._url = f"{url}/audio/transcriptions"
        self._headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
        self._model = model
        self._session: aiohttp.ClientSession | None = None

    async def write_out(self, sound: Sound, language: str | None) -> str:
        """Empty where nothing was understood. `language`: the one spoken, when it is known. Raises NotWritten."""
        if len(sound.data) > LARGEST_SOUND:
            raise NotWritten(Unwritten.TOO_LARGE, "the recording is too large to be transcribed", is_lasting=True)
        if self._session is None:
            timeout = aiohttp.ClientTimeout(TIMEOUT_SECONDS, sock_connect=CONNECT_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout)
        try:
            async with self._session.post(
                self._url, data=self._form(sound, language), headers=self._headers, allow_redirects=False
            ) as answer:
                body = await _capped(answer)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            said = f"the transcriber does not answer ({type(error).__name__})"
            raise NotWritten(Unwritten.UNREACHABLE, said, is_lasting=False) from error
        return _text(answer, body)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _form(self, sound: Sound, language: str | None) -> aiohttp.FormData:
        form = aiohttp.FormData()
        # Raw bytes would hold up the loop, and stand in the error when something is wrong with them.
        form.add_field("file", io.BytesIO(sound.data), filename=sound.name, content_type=sound.media_type)
        form.add_field("model", self._model)
        form.add_field("response_format", "json")
        if language is not None:
            form.add_field("language", language.partition("-")[0])
        return form


def open_transcriber(settings: Settings) -> Transcriber | None:
    """None when OFFHOOK_TRANSCRIBER_URL is not set."""
    if settings.offhook_transcriber_url is None:
        return None
    key = settings.offhook_transcriber_key
    revealed = key.get_secret_value() if key is not None else None
    return Transcriber(settings.offhook_transcriber_url, revealed, settings.offhook_transcriber_model)


async def describe(settings: Settings) -> tuple[bool, str]:
    """Whether it writes out a second of silence, which costs next to nothing."""
    transcriber = open_transcriber(settings)
    assert transcriber is not None, "checked by has_transcriber"
    try:
        await transcriber.write_out(Sound(_silence(), "silence.wav", "audio/wav"), None)
    except NotWritten as error:
        return False, str(error)
    finally:
        await transcriber.close()
    return True, f"{settings.offhook_transcriber_model} at {settings.offhook_transcriber_url} listens"


async def _capped(answer: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for chunk in answer.content.iter_chunked(CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise NotWritten(Unwritten.REFUSED, "the transcriber's answer is too long", is_lasting=True)
    return body


def _text(answer: aiohttp.ClientResponse, body: bytes) -> str:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if answer.status == 200 and isinstance(said, dict) and isinstance(said.get("text"), str):
        return str(said["text"])
    if answer.status in PATIENCE or answer.status >= OWN_FAULT:
        text = f"the transcriber answered {answer.status}{_code(said)}"
        raise NotWritten(Unwritten.UNREACHABLE, text, is_lasting=False, after=_wait(answer))
    text = f"the transcriber answered {answer.status}{_code(said)}, and no text: check OFFHOOK_TRANSCRIBER_*"
    raise NotWritten(Unwritten.REFUSED, text, is_lasting=True)


def _code(said: object) -> str:
    """OpenAI's short name for what is wrong; its sentence could quote anything."""
    error = said.get("error") if isinstance(said, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _wait(answer: aiohttp.ClientResponse) -> float | None:
    seconds = answer.headers.get("Retry-After", "")
    return float(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) <= 4 else None


def _silence() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(2 * 16_000))
    return file.getvalue()
