"""A Rasa server, asked over its HTTP interface."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import structlog

from intents.rasa import reading
from intents.reply import Reply
from intents.understand.grammar import LONGEST_ASK, understand
from intents.understand.meant import Meant
from webhooks.rasa.breaker import Breaker
from webhooks.runtime import Clock, utc_now
from webhooks.settings import Settings

# Whoever speaks waits for it.
PARSE_SECONDS = 1.5
# Within it the server asks us back for each action.
TALK_SECONDS = 10.0
CONNECT_SECONDS = 1.0
LARGEST_ANSWER = 1024 * 1024
CHUNK = 64 * 1024

log = structlog.get_logger()


class NotReached(Exception):
    """It has not even heard what was said."""


class NoAnswer(Exception):
    """It may have done what was said."""


class RasaClient:
    def __init__(self, url: str, token: str | None, clock: Clock = utc_now) -> None:
        self._url = url
        self._query = {"token": token} if token is not None else {}
        self._breaker = Breaker(clock)
        self._session: aiohttp.ClientSession | None = None

    async def listen(self, text: str) -> Meant | None:
        """What a sentence means. None where it need not be asked, is slow or down, or answers no sense: what is built
        in understands then."""
        said = text.strip().lstrip("/")[:LONGEST_ASK]
        # Digits alone are an answer to a question of ours, and may be a PIN.
        has_words = any(map(str.isalpha, said))
        if not has_words or understand(text, "en") is not None or not self._breaker.lets_through():
            return None
        try:
            meant = reading.meaning(await self._post("/model/parse", {"text": said}, PARSE_SECONDS))
        except (NotReached, NoAnswer) as error:
            self._breaker.failed()
            log.warning("rasa.not-understanding", error=str(error))
            return None
        self._breaker.worked()
        if meant is None:
            log.warning("rasa.no-sense")
        return meant

    async def talk(self, sender: str, text: str) -> Reply:
        """What it says. Raises NotReached or NoAnswer."""
        if not self._breaker.lets_through():
            raise NotReached("it did not answer a moment ago")
        try:
            body = await self._post("/webhooks/rest/webhook", {"sender": sender, "message": text}, TALK_SECONDS)
        except (NotReached, NoAnswer):
            self._breaker.failed()
            raise
        self._breaker.worked()
        reply = reading.messages(body)
        if reply is None:
            raise NoAnswer("its answer is no list of messages")
        return reply

    async def describe(self) -> tuple[bool, str]:
        """Whether it has a model: `GET /status`."""
        try:
            body = json.loads(await self._asked("GET", "/status", None, TALK_SECONDS))
        except (NotReached, NoAnswer, ValueError) as error:
            return False, f"{self._url}: {error}"
        model = body.get("model_file") if isinstance(body, dict) else None
        if not isinstance(model, str) or not model:
            return False, f"{self._url} has no model loaded: run `rasa train` on what `offhook rasa export` wrote"
        return True, f"{self._url} answers with {model.rpartition('/')[2]}"

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, path: str, body: dict[str, Any], seconds: float) -> bytes:
        return await self._asked("POST", path, body, seconds)

    async def _asked(self, method: str, path: str, body: dict[str, Any] | None, seconds: float) -> bytes:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        timeout = aiohttp.ClientTimeout(seconds, sock_connect=CONNECT_SECONDS)
        try:
            async with self._session.request(
                method, self._url + path, json=body, params=self._query, timeout=timeout, allow_redirects=False
            ) as answer:
                found = await _capped(answer)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotReached(_named(error)) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise NoAnswer(_named(error)) from error
        if answer.status in {401, 403}:
            raise NotReached(f"it answered {answer.status}: RASA_TOKEN is not its --auth-token")
        if answer.status != 200:
            raise NoAnswer(f"it answered {answer.status}")
        return found


def open_client(settings: Settings, clock: Clock = utc_now) -> RasaClient | None:
    """None when RASA_URL is not set."""
    if settings.rasa_url is None:
        return None
    token = settings.rasa_token.get_secret_value() if settings.rasa_token is not None else None
    return RasaClient(settings.rasa_url, token, clock)


@asynccontextmanager
async def listening_to_rasa(settings: Settings) -> AsyncIterator[RasaClient | None]:
    """For one command of the terminal. None where no server is to understand."""
    client = None if settings.is_driven else open_client(settings)
    try:
        yield client
    finally:
        if client is not None:
            await client.close()


async def describe(settings: Settings) -> tuple[bool, str]:
    client = open_client(settings)
    assert client is not None, "checked by whoever asks"
    try:
        return await client.describe()
    finally:
        await client.close()


async def _capped(answer: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for chunk in answer.content.iter_chunked(CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise NoAnswer("its answer is too long")
    return body


def _named(error: Exception) -> str:
    """Without the address: a token may stand in it."""
    return f"it does not answer ({type(error).__name__})"
