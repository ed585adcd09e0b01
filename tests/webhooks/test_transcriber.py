"""What is asked of a transcriber, and what is made of its answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from crm_core.callcenter.recordings import Unwritten
from telephony.simulator import lyrics
from webhooks.demo.transcriber import FakeTranscriber
from webhooks.transcriber import LARGEST_ANSWER, LARGEST_SOUND, NotWritten, Sound, Transcriber

MP3 = Sound(lyrics.tag("Grüße & <b>Küsse</b>") + b"\xff\xfb silence", "recording-7.mp3", "audio/mpeg")
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def fake() -> AsyncIterator[FakeTranscriber]:
    async with FakeTranscriber("sk-secret") as fake:
        yield fake


async def _written(url: str, sound: Sound = MP3, language: str | None = None, key: str | None = "sk-secret") -> str:
    transcriber = Transcriber(url, key, "whisper-1")
    try:
        return await transcriber.write_out(sound, language)
    finally:
        await transcriber.close()


async def _refused(url: str, sound: Sound = MP3, **more: str | None) -> NotWritten:
    with pytest.raises(NotWritten) as refused:
        await _written(url, sound, **more)
    return refused.value


async def test_a_sound_is_sent_as_openai_describes_it_and_its_text_comes_back(fake: FakeTranscriber) -> None:
    assert await _written(fake.api_url, language="de") == "Grüße & <b>Küsse</b>"
    [call] = fake.calls
    assert call.arguments == {
        "file": {"name": "recording-7.mp3", "media_type": "audio/mpeg"},
        "model": "whisper-1",
        "response_format": "json",
        "language": "de",
    }


async def test_of_a_regional_language_the_language_is_told(fake: FakeTranscriber) -> None:
    await _written(fake.api_url, language="pt-BR")
    assert fake.calls[0].arguments["language"] == "pt"


async def test_a_server_in_the_house_needs_no_key() -> None:
    async def listen(request: web.Request) -> web.StreamResponse:
        assert "Authorization" not in request.headers
        return web.json_response({"text": "hello", "language": "en", "segments": []})

    async with _server(listen) as server:
        assert await _written(_url(server), key=None) == "hello"


async def test_a_wrong_key_is_not_tried_again_and_not_told(fake: FakeTranscriber) -> None:
    error = await _refused(fake.api_url, key="sk-wrong")
    assert (error.why, error.is_lasting) == (Unwritten.REFUSED, True)
    assert str(error) == "the transcriber answered 401 (invalid_api_key), and no text: check OFFHOOK_TRANSCRIBER_*"


async def test_what_is_no_sound_is_refused_for_good(fake: FakeTranscriber) -> None:
    error = await _refused(fake.api_url, Sound(b"<html>", "recording.mp3", "audio/mpeg"))
    assert (error.why, error.is_lasting) == (Unwritten.REFUSED, True)


async def test_a_transcriber_that_is_busy_is_asked_again_when_it_says_so(fake: FakeTranscriber) -> None:
    fake.fail_next("transcriptions", 429, retry_after=40)
    error = await _refused(fake.api_url)
    assert (error.why, error.is_lasting, error.after) == (Unwritten.UNREACHABLE, False, 40.0)


@pytest.mark.parametrize("status", [408, 500, 502, 503])
async def test_a_fault_of_its_own_is_tried_again(fake: FakeTranscriber, status: int) -> None:
    fake.fail_next("transcriptions", status)
    error = await _refused(fake.api_url)
    assert (error.why, error.is_lasting, error.after) == (Unwritten.UNREACHABLE, False, None)


async def test_a_connection_that_breaks_is_tried_again(fake: FakeTranscriber) -> None:
    fake.fail_next("transcriptions", drop=True)
    assert not (await _refused(fake.api_url)).is_lasting
    assert not (await _refused("http://127.0.0.1:1/v1")).is_lasting


async def test_what_is_too_large_is_not_even_sent(fake: FakeTranscriber) -> None:
    error = await _refused(fake.api_url, Sound(bytes(LARGEST_SOUND + 1), "recording.mp3", "audio/mpeg"))
    assert (error.why, error.is_lasting, fake.calls) == (Unwritten.TOO_LARGE, True, [])


def _server(answer: Answer) -> TestServer:
    app = web.Application()
    app.router.add_post("/v1/audio/transcriptions", answer)
    return TestServer(app)


def _url(server: BaseTestServer) -> str:
    return str(server.make_url("/v1"))


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"null", b"[1]", b'{"text": 7}', b"<html>login</html>", b'{"text": "\xff"}', b'{"text": "x"']
)
async def test_an_answer_without_a_text_is_no_transcriber(body: bytes) -> None:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body)

    async with _server(answer) as server:
        error = await _refused(_url(server))
    assert (error.why, error.is_lasting) == (Unwritten.REFUSED, True)


@pytest.mark.parametrize("status", [301, 307, 404])
async def test_another_address_is_not_followed(status: int) -> None:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": "http://127.0.0.1:1/"})

    async with _server(answer) as server:
        assert (await _refused(_url(server))).is_lasting


async def test_an_answer_without_an_end_is_not_read_to_its_end() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _piece in range(64):
            await response.write(b" " * (LARGEST_ANSWER // 32))
        return response

    async with _server(answer) as server:
        assert str(await _refused(_url(server))) == "the transcriber's answer is too long"


@pytest.mark.parametrize("code", ["no such key: sk-secret", "x" * 200, 7, None, {"a": 1}])
async def test_only_a_short_name_of_a_fault_is_repeated(code: object) -> None:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": {"code": code, "message": "sk-secret said: bitte zurückrufen"}}, status=400)

    async with _server(answer) as server:
        said = str(await _refused(_url(server)))
    assert said == "the transcriber answered 400, and no text: check OFFHOOK_TRANSCRIBER_*"
