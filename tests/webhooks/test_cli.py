from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from typer.testing import CliRunner

from crm_core.db import Database
from tests import forks, people
from tests.intents.extensions import parking
from tests.ports import free_port
from webhooks.cli import app
from webhooks.settings import Settings

ROOT = Path(__file__).parent.parent.parent
COMMANDS = [
    "serve",
    "work",
    "migrate",
    "apply",
    "demo",
    "doctor",
    "chat",
    "ask",
    "call",
    "top",
    "agents",
    "connect",
    "ivr",
]
PATIENCE_SECONDS = 30.0
BASE = [sys.executable, "-m", "webhooks.cli"]


def _environment(**settings: str) -> dict[str, str]:
    """This environment without any setting of its own."""
    ours = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    own = {"PYTHONPATH": str(ROOT), "OFFHOOK_CONFIG": str(ROOT / "offhook.yml"), "NO_COLOR": "1"}
    return {**kept, **own, "UNDERSTANDING": "examples", **settings}


def _offhook(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return forks.finished(folder, _environment(**settings), *arguments)


def _url(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def _assert_one_sentence(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode == 1
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    assert len(run.stderr.splitlines()) == 1
    return run.stderr.strip()


def test_help_names_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120", "TERM": "dumb"})
    assert shown.exit_code == 0
    assert [name for name in COMMANDS if f" {name} " not in shown.output] == []


@pytest.mark.parametrize(
    "command", [[name] for name in COMMANDS] + [["agents", "invite"], ["connect", "twilio"], ["ivr", "show"]]
)
def test_every_command_explains_itself(command: list[str]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "120", "TERM": "dumb"})
    assert shown.exit_code == 0
    assert f"{' '.join(command)} " in shown.output


def test_a_setting_that_is_wrong_is_named_without_a_trace(tmp_path: Path) -> None:
    run = _offhook(tmp_path, "migrate", DATABASE_URL="mysql://root:s3cret@db/offhook", PORT="many")
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    title, *lines = run.stderr.splitlines()
    assert title == "The settings are not usable:"
    assert [line.split(":")[0].strip() for line in lines] == ["DATABASE_URL", "PORT"]
    assert "s3cret" not in run.stderr


@pytest.mark.parametrize(
    "url", ["offhook.db", "sqlite://", "no address at all", "postgresql://user:s3cret@db:port/offhook"]
)
def test_an_address_of_no_database_is_a_setting_that_is_wrong(tmp_path: Path, url: str) -> None:
    run = _offhook(tmp_path, "migrate", DATABASE_URL=url)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "DATABASE_URL" in run.stderr
    assert "s3cret" not in run.stderr


@pytest.mark.parametrize("command", [["migrate"], ["serve"], ["ask", "help"]])
def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path, command: list[str]) -> None:
    nowhere = f"postgresql://offhook:s3cret@127.0.0.1:{free_port()}/offhook"
    said = _assert_one_sentence(_offhook(tmp_path, *command, DATABASE_URL=nowhere))
    assert said == "The database does not answer (ConnectionRefusedError). Check DATABASE_URL."


def test_a_company_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    said = _assert_one_sentence(_offhook(tmp_path, "apply", OFFHOOK_CONFIG="none.yml"))
    assert "none.yml" in said


def test_a_server_without_tables_says_what_to_run(tmp_path: Path) -> None:
    said = _assert_one_sentence(_offhook(tmp_path, "serve"))
    assert said == "The database is at revision none: run `offhook migrate` first."


def test_a_call_without_a_demo_is_one_sentence(tmp_path: Path) -> None:
    assert "make run" in _assert_one_sentence(_offhook(tmp_path, "call", "--from", "030 23125010"))


def test_from_an_empty_folder_to_the_first_answer(tmp_path: Path) -> None:
    steps = [("migrate",), ("apply",), ("agents", "invite", "Mira Okafor", "--role", "admin", "--language", "en")]
    assert [_offhook(tmp_path, *step).returncode for step in steps] == [0, 0, 0]
    assert "Mira Okafor" in _offhook(tmp_path, "agents", "list").stdout
    run = _offhook(tmp_path, "ask", "help", "--as", "Mira", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    reply = json.loads(run.stdout)
    assert (reply["tone"], reply["language"]) == ("ok", "en")
    assert reply["text"]


def test_a_pin_is_typed_twice_and_shown_nowhere(tmp_path: Path) -> None:
    for step in [("migrate",), ("agents", "invite", "Mira Okafor")]:
        assert _offhook(tmp_path, *step).returncode == 0
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path}/offhook.db", "OFFHOOK_CONFIG": str(ROOT / "offhook.yml")}
    for typed, code in (("4711\n4711\n", 0), ("4711\n4712\n", 1)):
        ran = CliRunner().invoke(app, ["agents", "pin", "Mira"], input=typed, env=settings)
        assert (ran.exit_code, "4711" in ran.output) == (code, False), ran.output


async def test_one_question_is_answered_as_json(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as session:
        await people.add_agent(session)
    run = await asyncio.to_thread(
        _offhook, tmp_path, "ask", "open ticket printer is on fire", "--as", "mira okafor", "--json",
        DATABASE_URL=_url(database),
    )  # fmt: skip
    assert run.returncode == 0
    assert "T-1" in json.loads(run.stdout)["text"]


async def test_an_agent_whom_nobody_knows_is_one_sentence(sqlite_database: Database, tmp_path: Path) -> None:
    run = await asyncio.to_thread(
        _offhook, tmp_path, "ask", "help", "--as", "Nobody", "--json", DATABASE_URL=_url(sqlite_database)
    )
    assert _assert_one_sentence(run) == "I know no colleague called Nobody."


async def test_a_question_from_nobody_in_particular_asks_who_it_is(sqlite_database: Database, tmp_path: Path) -> None:
    run = await asyncio.to_thread(_offhook, tmp_path, "ask", "help", DATABASE_URL=_url(sqlite_database))
    assert _assert_one_sentence(run) == "Please say who you are: --as NAME."


async def test_a_doctor_who_finds_something_wrong_ends_with_one(sqlite_database: Database, tmp_path: Path) -> None:
    run = await asyncio.to_thread(_offhook, tmp_path, "doctor", DATABASE_URL=_url(sqlite_database))
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "nobody yet" in run.stdout


@asynccontextmanager
async def _process(folder: Path, *arguments: str, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *BASE, *arguments, cwd=folder, env=_environment(**settings), stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _until_alive(process: asyncio.subprocess.Process, port: int) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as client:
        while True:
            assert process.returncode is None, "the server ended before it answered"
            try:
                async with client.get(f"http://127.0.0.1:{port}/healthz") as response:
                    found = await response.json()
                    assert isinstance(found, dict)
                    return found
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("arguments", [["serve"], ["serve", "--no-worker"]])
async def test_a_server_answers_and_stops_cleanly(
    database: Database, tmp_path: Path, arguments: list[str], ending: signal.Signals
) -> None:
    port = free_port()
    async with _process(tmp_path, *arguments, DATABASE_URL=_url(database), PORT=str(port)) as process:
        assert await _until_alive(process, port) == {"status": "ok"}
        process.send_signal(ending)
        async with asyncio.timeout(PATIENCE_SECONDS):
            _out, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (0, "")


async def test_a_server_that_is_still_learning_stops_at_once_and_nobody_learns_on(
    sqlite_database: Database, tmp_path: Path
) -> None:
    port = free_port()
    own = {"UNDERSTANDING": "model", "XDG_CACHE_HOME": str(tmp_path), "DATABASE_URL": _url(sqlite_database)}
    async with _process(tmp_path, "serve", **own, PORT=str(port)) as process:
        await _until_alive(process, port)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not _learning_into(tmp_path):
                await asyncio.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await process.communicate()
            while _learning_into(tmp_path):
                await asyncio.sleep(0.02)
    assert process.returncode == 0


def _learning_into(folder: Path) -> list[Path]:
    """Processes that were told to learn into it."""
    commands = (process / "cmdline" for process in Path("/proc").iterdir() if process.name.isdigit())
    return [command for command in commands if str(folder).encode() in _bytes_of(command)]


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("command", ["serve", "work"])
async def test_one_sqlite_file_has_one_worker(sqlite_database: Database, tmp_path: Path, command: str) -> None:
    port = free_port()
    url = _url(sqlite_database)
    async with _process(tmp_path, "serve", DATABASE_URL=url, PORT=str(port)) as process:
        await _until_alive(process, port)
        second = await asyncio.to_thread(_offhook, tmp_path, command, DATABASE_URL=url, PORT=str(free_port()))
    assert "Another process works on this SQLite file" in _assert_one_sentence(second)


async def test_a_port_that_is_taken_is_one_sentence(sqlite_database: Database, tmp_path: Path) -> None:
    port = free_port()
    url = _url(sqlite_database)
    async with _process(tmp_path, "serve", DATABASE_URL=url, PORT=str(port)) as process:
        await _until_alive(process, port)
        second = await asyncio.to_thread(_offhook, tmp_path, "serve", "--no-worker", DATABASE_URL=url, PORT=str(port))
    assert str(port) in _assert_one_sentence(second)


async def test_a_server_goes_on_without_a_faulty_command_and_says_so(sqlite_database: Database, tmp_path: Path) -> None:
    broken = parking.module(parking.write(tmp_path / "my_commands"), "import nothing_of_that_name\n")
    settings = {
        "DATABASE_URL": _url(sqlite_database),
        "OFFHOOK_CONFIG": str(parking.company_file(tmp_path, commands="my_commands")),
    }
    port = free_port()
    async with _process(tmp_path, "serve", PORT=str(port), **settings) as process:
        assert await _until_alive(process, port) == {"status": "ok"}
        process.terminate()
        async with asyncio.timeout(PATIENCE_SECONDS):
            _out, errors = await process.communicate()
    assert process.returncode == 0
    told = [json.loads(line) for line in errors.decode().splitlines() if "extension.left_out" in line]
    assert [line["at"] for line in told] == [f"{broken}:1"]
