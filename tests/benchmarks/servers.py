"""Servers of their own process, and what they cost: CPU by the kernel's account, memory, time to the first answer."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.product import ACCOUNT_SID, AUTH_TOKEN

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 30


@dataclass(frozen=True)
class Running:
    pid: int
    port: int
    first_answer_seconds: float

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_megabytes(self) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        resident = next(line for line in lines if line.startswith("VmRSS"))
        return int(resident.split()[1]) / 1024


@asynccontextmanager
async def bare(port: int, url: str, captured: Path) -> AsyncIterator[Running]:
    """With the statements of a captured call."""
    async with _process(["-m", "tests.benchmarks.bare", str(port), url, str(captured)], port, {}) as running:
        yield running


@asynccontextmanager
async def bare_documents(port: int) -> AsyncIterator[Running]:
    """Signature and document alone, at every address."""
    async with _process(["-m", "tests.benchmarks.bare", str(port)], port, {}) as running:
        yield running


@asynccontextmanager
async def offhook(
    port: int, url: str, company_file: Path, *, twilio_api_url: str = "", with_worker: bool = False
) -> AsyncIterator[Running]:
    """`twilio_api_url`: of the stand-in, for a server whose calls are real ones of it."""
    arguments = ["-m", "webhooks.cli", "serve", *([] if with_worker else ["--no-worker"])]
    async with _process(arguments, port, _environment(port, url, company_file, twilio_api_url)) as running:
        yield running


@asynccontextmanager
async def worker(port: int, url: str, company_file: Path, twilio_api_url: str) -> AsyncIterator[None]:
    """Beside the server at the port, which is the address that it gives to Twilio."""
    environment = {**os.environ, **_environment(port, url, company_file, twilio_api_url)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "webhooks.cli", "work", env=environment)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def _environment(port: int, url: str, company_file: Path, twilio_api_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "PORT": str(port),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "OFFHOOK_CONFIG": str(company_file),
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_URL": twilio_api_url,
    }


@asynccontextmanager
async def _process(arguments: list[str], port: int, environment: dict[str, str]) -> AsyncIterator[Running]:
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, env={**os.environ, **environment})
    try:
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as http:
            while not await _answers(http, f"http://127.0.0.1:{port}/healthz"):
                await asyncio.sleep(0.01)
        yield Running(process.pid, port, time.perf_counter() - started)
    finally:
        process.terminate()
        await process.wait()


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
