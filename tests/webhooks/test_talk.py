from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from crm_core.db import Database
from tests import people
from webhooks import talk
from webhooks.complaints import Complaint
from webhooks.settings import Settings

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
async def settings(sqlite_database: Database) -> Settings:
    async with sqlite_database.transaction() as session:
        await people.add_agent(session, "Mira Okafor")
    url = f"sqlite:///{sqlite_database.url.database}"
    return Settings(_env_file=None, database_url=url, offhook_config=ROOT / "offhook.yml")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person types, line by line; after the last one comes Ctrl-D."""
    lines: list[str] = []

    def read(_console: Console, _prompt: Any = "") -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr(Console, "input", read)
    return lines


@pytest.fixture
def heard(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("COLUMNS", "120")
    yield lambda: capsys.readouterr().out


async def test_a_conversation_presses_choices_by_number(settings: Settings, typed: list[str], heard: Any) -> None:
    typed += ["open ticket Printer jams", "show T-1", "1", "", "tickets"]
    await talk.chat(settings, "Mira")
    said = heard()
    assert "You are Mira Okafor" in said
    assert "T-1 is yours: Printer jams" in said
    assert said.rstrip().endswith("Goodbye.")


@pytest.mark.parametrize("word", ["exit", "Quit", "ende", "tschüss"])
async def test_a_word_leaves(settings: Settings, typed: list[str], heard: Any, word: str) -> None:
    typed += [word, "open ticket too late"]
    await talk.chat(settings, "Mira")
    assert "too late" not in heard()
    assert typed == ["open ticket too late"]


async def test_what_is_refused_does_not_end_the_conversation(settings: Settings, typed: list[str], heard: Any) -> None:
    typed += ["claim T-99", "gibberish of nobody", "tickets"]
    await talk.chat(settings, "Mira")
    said = heard()
    assert "There is no ticket T-99." in said
    assert "No ticket is open." in said


async def test_a_call_needs_a_running_demo(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Complaint, match="make run"):
        await talk.call(settings, "030 23125010")
