"""Signed webhooks, as Twilio sends them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import RequestValidator

ANSWER_SECONDS = 15.0


@dataclass(frozen=True)
class WebhookDelivery:
    """Status 0 means that no answer came in time."""

    url: str
    params: dict[str, str]
    token: str
    status: int
    content_type: str
    body: bytes
    milliseconds: float

    @property
    def is_document(self) -> bool:
        return 200 <= self.status < 300 and self.content_type in {"text/xml", "application/xml"}


class Deliverer:
    """Signs and posts; keeps everything that was delivered, and tells observers."""

    def __init__(self, auth_token: str, tell: Callable[[], None]) -> None:
        self._validator = RequestValidator(auth_token)
        self._tell = tell
        self._http: aiohttp.ClientSession | None = None
        self.deliveries: list[WebhookDelivery] = []

    def sign(self, url: str, params: dict[str, str]) -> str:
        return str(self._validator.compute_signature(url, params))

    async def post(self, url: str, params: dict[str, str], token: str = "") -> WebhookDelivery:
        """Never raises: an address that does not answer is a delivery with status 0."""
        token = token or secrets.token_hex(16)
        headers = {
            "X-Twilio-Signature": self.sign(url, params),
            "I-Twilio-Idempotency-Token": token,
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        }
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))
        started = time.perf_counter()
        status, content_type, body = 0, "", b""
        try:
            async with self._http.post(url, data=urlencode(params).encode(), headers=headers) as response:
                body = await response.read()
                status, content_type = response.status, response.content_type
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            body = type(error).__name__.encode()
        milliseconds = (time.perf_counter() - started) * 1000
        delivery = WebhookDelivery(url, params, token, status, content_type, body, milliseconds)
        self.deliveries.append(delivery)
        self._tell()
        return delivery

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
