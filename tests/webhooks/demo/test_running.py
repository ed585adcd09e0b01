"""Starting and stopping `offhook demo`, and what finds it while it runs."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.webhooks.demo.starting import Started, offhook, started
from webhooks.demo import running
from webhooks.demo.running import Running
from webhooks.settings import Settings

BEYOND_ANY_PID = 2**22 + 1
REAL_TOKENS = ["SLACK_BOT_TOKEN", "TELEGRAM_BOT_TOKEN", "TWILIO_AUTH_TOKEN", "OFFHOOK_TRANSCRIBER_KEY"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _note(pid: int) -> Running:
    return Running(pid, 8099, "sqlite:////tmp/demo.db", "/tmp/offhook.yml", "http://127.0.0.1:1", "key")


def test_the_note_of_a_running_demo_is_found(folder: Path) -> None:
    running.leave_note(_note(os.getpid()))
    assert running.find() == _note(os.getpid())
    running.take_note_away()
    assert running.find() is None


def test_the_note_is_for_its_owner_only(folder: Path) -> None:
    running.leave_note(_note(os.getpid()))
    assert stat.S_IMODE((folder / running.NOTE).stat().st_mode) == 0o600


def test_the_note_of_a_process_that_is_gone_does_not_count(folder: Path) -> None:
    running.leave_note(_note(BEYOND_ANY_PID))
    assert running.find() is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"pid": "1"}', '{"pid": 1, "colour": "red"}', "\x00"])
def test_a_note_that_is_no_note_does_not_count(folder: Path, text: str) -> None:
    running.leave_note(_note(os.getpid()))
    running.NOTE.write_text(text, encoding="utf-8")
    assert running.find() is None


def test_the_terminal_talks_to_the_demos_database(folder: Path) -> None:
    running.leave_note(_note(os.getpid()))
    found = running.settings(Settings(_env_file=None))
    assert (found.database_url, found.port) == ("sqlite:////tmp/demo.db", 8099)


def test_a_database_that_is_named_is_used_beside_a_demo(folder: Path) -> None:
    running.leave_note(_note(os.getpid()))
    assert (
        running.settings(Settings(_env_file=None, database_url="sqlite:///own.db")).database_url == "sqlite:///own.db"
    )


def _one_sentence(said: str) -> str:
    """What a refusal prints: nothing but one line."""
    [line] = said.splitlines()
    assert "Traceback" not in line
    return line


@pytest.mark.parametrize("token", REAL_TOKENS)
def test_a_real_token_in_the_environment_refuses_the_demo(tmp_path: Path, token: str) -> None:
    done = offhook(tmp_path, "demo", **{token: "xoxb-real"})
    assert done.returncode == 1
    assert f"{token} is set" in _one_sentence(done.stderr)
    assert "xoxb-real" not in done.stderr + done.stdout
    assert not (tmp_path / running.FOLDER).exists()


def test_a_taken_port_is_one_sentence_that_names_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = offhook(tmp_path, "demo", "--port", str(port))
    assert done.returncode == 1
    assert _one_sentence(done.stderr) == f"Port {port} is taken. Try another one: PORT={port + 1} make run"
    assert not (tmp_path / running.NOTE).exists()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    folder = tmp_path_factory.mktemp("demo")
    with started(folder) as found:
        yield found


def _tickets(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / running.FOLDER / "demo.db")) as database:
        return [subject for (subject,) in database.execute("SELECT subject FROM ticket")]


def test_a_second_demo_in_the_same_folder_is_refused_and_the_first_goes_on(demo: Started) -> None:
    done = offhook(demo.folder, "demo", "--port", "0")
    assert done.returncode == 1
    assert "A demo runs in this folder already" in _one_sentence(done.stderr)
    with urlopen(Request(demo.url, headers={"Accept": "text/html"}), timeout=10) as response:
        assert response.status == 200


def test_a_question_from_a_terminal_beside_it_is_answered_from_its_company(demo: Started) -> None:
    done = offhook(demo.folder, "ask", "wie läuft die pipeline?", "--as", "Lena")
    assert done.returncode == 0, done.stderr
    assert "Pipeline: 10 offene Deals" in done.stdout


def test_a_ticket_opened_in_a_terminal_beside_it_has_its_card_in_slack(demo: Started) -> None:
    done = offhook(demo.folder, "ask", "open ticket the gate squeaks", "--as", "Mira")
    assert "is open: the gate squeaks" in done.stdout
    with urlopen(f"{demo.url}/playground/events", timeout=10) as events:
        for line in events:
            if line.startswith(b"data: ") and "the gate squeaks" in line.decode():
                break
        else:
            raise AssertionError("the stream has ended without the card")
    assert "dead-letter" not in (demo.folder / "log.txt").read_text()


def test_ctrl_c_stops_it_while_a_page_is_open_and_takes_the_note_away(tmp_path: Path) -> None:
    with started(tmp_path) as demo, urlopen(f"{demo.url}/playground/events", timeout=10) as events:
        assert events.readline().startswith(b"data: ")
        assert (tmp_path / running.NOTE).exists()
        assert "Offhook has stopped." in demo.stop()
    assert demo.process.returncode == 0
    assert not (tmp_path / running.NOTE).exists()


def test_after_a_kill_the_next_demo_starts_fresh(tmp_path: Path) -> None:
    with started(tmp_path) as killed:
        offhook(tmp_path, "ask", "open ticket left over", "--as", "Mira")
        assert "left over" in _tickets(tmp_path)
        killed.process.kill()
        killed.process.wait()
    assert (tmp_path / running.NOTE).exists()
    done = offhook(tmp_path, "call", "--from", "+493023125010")
    assert "No demo runs in this folder" in _one_sentence(done.stderr)
    with started(tmp_path):
        assert "Heizung im Verkaufsraum bleibt kalt" in _tickets(tmp_path)
        assert "left over" not in _tickets(tmp_path)


def test_a_text_from_a_terminal_beside_it_is_answered(demo: Started) -> None:
    done = offhook(demo.folder, "text", "--from", "+44 7700 900123", "Hilfe")
    assert "you reach us at +49 30 23125100" in done.stdout, done.stderr
