"""A burst of inbound calls, signed beforehand so that the sender's work does not count."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import RequestValidator

from tests.benchmarks.capture import FORM
from tests.benchmarks.servers import Running
from tests.product import AUTH_TOKEN

AT_ONCE = 32


@dataclass(frozen=True)
class Burst:
    requests: int
    cpu_seconds: float
    wall_seconds: float
    latencies: list[float]


async def burst(server: Running, requests: int) -> Burst:
    """Raises AssertionError when any answer is not a document."""
    url = f"{server.address}/twilio/voice"
    prepared = [_signed(url) for _request in range(requests)]
    latencies: list[float] = []
    waiting = iter(prepared)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as http:

        async def caller() -> None:
            for body, headers in waiting:
                started = time.perf_counter()
                async with http.post(url, data=body, headers=headers) as response:
                    answer = await response.read()
                    assert response.status == 200, answer[:300]
                    assert b"<Gather" in answer
                latencies.append(time.perf_counter() - started)

        before, started = server.cpu_seconds(), time.perf_counter()
        await asyncio.gather(*(caller() for _caller in range(AT_ONCE)))
        wall, cpu = time.perf_counter() - started, server.cpu_seconds() - before
    return Burst(requests, cpu, wall, latencies)


def _signed(url: str) -> tuple[bytes, dict[str, str]]:
    form = {"CallSid": "CA" + secrets.token_hex(16), **FORM}
    headers = {
        "X-Twilio-Signature": RequestValidator(AUTH_TOKEN).compute_signature(url, form),
        "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
    }
    return urlencode(form).encode(), headers
