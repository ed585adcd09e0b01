from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from webhooks.complaints import Complaint
from webhooks.demo import run, running
from webhooks.demo.running import Running
from webhooks.settings import Settings


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*run.REAL_TOKENS, "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


def _note(pid: int) -> Running:
    return Running(pid, 8099, "sqlite:///demo.db", "http://127.0.0.1:1", "key")


def test_a_running_demo_is_found_and_its_database_is_talked_to() -> None:
    running.leave_note(_note(os.getpid()))
    found = running.settings(Settings(_env_file=None))
    assert (found.database_url, found.port) == ("sqlite:///demo.db", 8099)


def test_the_note_is_for_its_owner_only() -> None:
    running.leave_note(_note(os.getpid()))
    assert running.NOTE.stat().st_mode & 0o077 == 0


def test_a_database_that_is_named_counts_more_than_a_demo() -> None:
    running.leave_note(_note(os.getpid()))
    named = Settings(_env_file=None, database_url="sqlite:///mine.db")
    assert running.settings(named).database_url == "sqlite:///mine.db"


def test_a_killed_demo_does_not_count() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    running.leave_note(_note(gone.pid))
    assert running.find() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_note_that_cannot_be_read_does_not_count(text: str) -> None:
    running.FOLDER.mkdir()
    running.NOTE.write_text(text, encoding="utf-8")
    assert running.find() is None


@pytest.mark.parametrize("name", run.REAL_TOKENS)
async def test_a_demo_never_mixes_with_real_accounts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "real")
    with pytest.raises(Complaint, match=name):
        await run.demo(8099)


async def test_a_second_demo_in_the_same_folder_is_refused() -> None:
    running.leave_note(_note(os.getpid()))
    with pytest.raises(Complaint, match="runs in this folder already"):
        await run.demo(8099)


async def test_a_taken_port_is_one_sentence_with_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Complaint, match=f"PORT={port + 1} make run"):
            await run.demo(port)
