"""The commands as a person runs them: in processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

ROOT = Path(__file__).parent.parent.parent
COMMANDS = ("serve", "work", "migrate", "apply", "demo", "doctor", "chat", "ask", "call", "agents", "connect")
FOREIGN = ("SLACK_", "TELEGRAM_", "TWILIO_", "OFFHOOK_", "DATABASE_URL", "PUBLIC_BASE_URL", "PORT")


class Shell:
    """A folder, and an environment in which nothing is set but what the test sets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        self.environment = {**kept, "PYTHONPATH": str(ROOT), "OFFHOOK_CONFIG": str(ROOT / "offhook.yml")}

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "webhooks.cli", *arguments, cwd=self.folder, env=self.environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def run(self, *arguments: str) -> tuple[int | None, str, str]:
        process = await self.start(*arguments)
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


async def test_help_names_every_command(shell: Shell) -> None:
    status, said, _error = await shell.run("--help")
    assert status == 0
    assert [name for name in COMMANDS if name not in said] == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "mysql://x", "DATABASE_URL"),
        ("PORT", "99999", "PORT"),
        ("OFFHOOK_CONFIG", "missing.yml", "missing.yml"),
    ],
)
async def test_a_wrong_setting_is_one_sentence(shell: Shell, name: str, value: str, said: str) -> None:
    shell.environment[name] = value
    status, _out, error = await shell.run("migrate")
    assert status == 1
    assert said in error
    assert "Traceback" not in error


async def test_from_nothing_to_the_first_answer(shell: Shell) -> None:
    status, _out, error = await shell.run("ask", "help")
    assert (status, "offhook migrate" in error) == (1, True)
    assert (await shell.run("migrate"))[0] == 0
    status, said, _error = await shell.run("agents", "invite", "Ada Kern", "--role", "admin", "--language", "en")
    assert (status, "/start " in said) == (0, True)
    status, said, _error = await shell.run("ask", "open ticket Printer jams", "--json")
    assert (status, json.loads(said)["text"]) == (0, "T-1 is open: Printer jams")
    status, _out, error = await shell.run("ask", "tickets", "--as", "Nobody")
    assert (status, "Traceback" in error) == (1, False)
    assert "Nobody" in error


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_starts_answers_and_ends_well(shell: Shell, stop: signal.Signals) -> None:
    port = unused_port()
    shell.environment["PORT"] = str(port)
    await shell.run("migrate")
    server = await shell.start("serve")
    try:
        async with asyncio.timeout(20), aiohttp.ClientSession() as http:
            while not await _answers(http, f"http://127.0.0.1:{port}/readyz"):
                assert server.returncode is None
    finally:
        server.send_signal(stop)
    _out, error = await server.communicate()
    assert (server.returncode, "Traceback" in error.decode()) == (0, False)


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        await asyncio.sleep(0.05)
        return False
