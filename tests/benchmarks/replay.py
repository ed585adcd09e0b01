"""The webhooks of a run once more, at the same moments, to a handler that does nothing but answer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import aiohttp
from twilio.request_validator import RequestValidator

from telephony.simulator import FakeTwilio, WebhookDelivery
from tests.benchmarks.servers import Running
from tests.product import AUTH_TOKEN


@dataclass(frozen=True)
class Sent:
    """`at`: seconds since the beginning."""

    at: float
    delivery: WebhookDelivery


class Tape:
    """What a network sends, and when it set out."""

    def __init__(self, network: FakeTwilio) -> None:
        self.sent: list[Sent] = []
        self._network = network
        self._began = time.perf_counter()
        network.on_change.append(self._note)

    def _note(self) -> None:
        now = time.perf_counter() - self._began
        for delivery in self._network.deliveries[len(self.sent) :]:
            self.sent.append(Sent(now - delivery.milliseconds / 1000, delivery))


async def replay(tape: Tape, server: Running) -> list[float]:
    """The milliseconds of each. Signed beforehand: what the sender does should not count."""
    prepared = sorted(
        ((sent.at, *_signed(server.address, sent.delivery)) for sent in tape.sent), key=lambda each: each[0]
    )
    milliseconds: list[float] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def send(url: str, body: bytes, headers: dict[str, str]) -> None:
            started = time.perf_counter()
            async with http.post(url, data=body, headers=headers) as response:
                await response.read()
                assert response.status == 200, response.status
            milliseconds.append((time.perf_counter() - started) * 1000)

        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for at, url, body, headers in prepared:
                await asyncio.sleep(max(0.0, at - (time.perf_counter() - began)))
                group.create_task(send(url, body, headers))
    return milliseconds


def _signed(address: str, delivery: WebhookDelivery) -> tuple[str, bytes, dict[str, str]]:
    parts = urlsplit(delivery.url)
    url = f"{address}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    headers = {
        "X-Twilio-Signature": RequestValidator(AUTH_TOKEN).compute_signature(url, delivery.params),
        "I-Twilio-Idempotency-Token": delivery.token,
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
    }
    return url, urlencode(delivery.params).encode(), headers
