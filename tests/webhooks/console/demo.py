"""`offhook demo` as a newcomer starts it: a process of its own, in an empty folder."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp.test_utils import unused_port

START_SECONDS = 30
TOKENS = ("SLACK_BOT_TOKEN", "TELEGRAM_BOT_TOKEN", "TWILIO_AUTH_TOKEN", "DATABASE_URL", "PORT")


@asynccontextmanager
async def running_demo(folder: Path) -> AsyncIterator[str]:
    """Its address. Afterwards it is interrupted as by Ctrl-C, and has to end well."""
    port = unused_port()
    environment = {name: value for name, value in os.environ.items() if name not in TOKENS}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "webhooks.cli", "demo", "--port", str(port),
        cwd=folder, env={**environment, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        await _until_ready(process, address)
        yield address
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        said, _nothing = await process.communicate()
    assert process.returncode == 0, said.decode()[-2000:]
    assert "Traceback" not in said.decode()


async def _until_ready(process: asyncio.subprocess.Process, address: str) -> None:
    async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as http:
        while process.returncode is None:
            try:
                async with http.get(f"{address}/readyz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
