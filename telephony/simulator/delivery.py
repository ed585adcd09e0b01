"""Signed webhooks, as Twilio sends them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import RequestValidator
from yarl import URL

ANSWER_SECONDS = 15.0
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
XML = {"text/xml", "application/xml"}
AUDIO = {"audio/mpeg", "audio/mp3", "audio/wav", "audio/wave", "audio/x-wav", "audio/basic"}


@dataclass(frozen=True)
class WebhookDelivery:
    """`kind`: document, call, conference, recording, transcription, message or partial. `number`: the order of sending.

    Status 0 means that no answer came in time.
    """

    url: str
    params: dict[str, str]
    token: str
    status: int
    content_type: str
    body: bytes
    milliseconds: float
    kind: str = ""
    method: str = "POST"
    number: int = 0
    is_unreachable: bool = False

    @property
    def is_document(self) -> bool:
        return 200 <= self.status < 300 and self.content_type in XML

    @property
    def is_audio(self) -> bool:
        return 200 <= self.status < 300 and self.content_type in AUDIO


class Deliverer:
    """Signs and sends; keeps everything that was delivered, and tells observers."""

    def __init__(self, auth_token: str, tell: Callable[[], None]) -> None:
        self._validator = RequestValidator(auth_token)
        self._tell = tell
        self._http: aiohttp.ClientSession | None = None
        self._sent = 0
        self.answer_seconds = ANSWER_SECONDS
        self.deliveries: list[WebhookDelivery] = []

    def sign(self, url: str, params: dict[str, str]) -> str:
        return str(self._validator.compute_signature(url, params))

    async def send(
        self, url: str, params: dict[str, str], token: str, *, method: str = "POST", kind: str = ""
    ) -> WebhookDelivery:
        """Once more with the same token when no connection could be made, and only then. Never raises."""
        delivery = await self._once(url, params, token, method, kind)
        return await self._once(url, params, token, method, kind) if delivery.is_unreachable else delivery

    async def _once(self, url: str, params: dict[str, str], token: str, method: str, kind: str) -> WebhookDelivery:
        address, body = (url, urlencode(params).encode()) if method == "POST" else (_with_query(url, params), None)
        headers = {"X-Twilio-Signature": self.sign(address, params if body is not None else {})}
        headers |= {"I-Twilio-Idempotency-Token": token} | ({"Content-Type": FORM} if body is not None else {})
        self._sent += 1
        number, started = self._sent, time.perf_counter()
        status, content_type, answer, is_unreachable = 0, "", b"", False
        try:
            async with self._session().request(method, _target(address), data=body, headers=headers) as response:
                answer = await response.read()
                status, content_type = response.status, response.content_type
        except aiohttp.ClientConnectorError as error:
            answer, is_unreachable = type(error).__name__.encode(), True
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            answer = f"{type(error).__name__}: {error}".encode()
        milliseconds = (time.perf_counter() - started) * 1000
        delivery = WebhookDelivery(
            url, params, token, status, content_type, answer, milliseconds, kind, method, number, is_unreachable
        )
        self.deliveries.append(delivery)
        self._tell()
        return delivery

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=self.answer_seconds)
            self._http = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        return self._http

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()


def _target(address: str) -> URL:
    """Byte for byte as it was written and signed. Raises ValueError for what is no address."""
    if not (address.isascii() and address.isprintable()) or " " in address:
        raise ValueError(f"{address!r} is no address")
    return URL(address, encoded=True)


def _with_query(url: str, params: dict[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"
