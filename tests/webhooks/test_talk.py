"""`offhook chat`, `ask` and `call`: a conversation at the keyboard."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from crm_core.agents import Role
from crm_core.db import Database
from crm_core.errors import Invalid, NotFound
from tests import people
from tests.conftest import ROOT
from tests.webhooks.rasa.rasa_server import RasaServer, parsed
from webhooks import talk
from webhooks.complaints import Complaint
from webhooks.demo import running
from webhooks.demo.running import Running
from webhooks.settings import Settings

Typed = Callable[..., None]


@pytest.fixture
async def settings(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    async with sqlite_database.transaction() as session:
        await people.add_agent(session, "Sam Carter", Role.ADMIN)
        await people.add_agent(session, "Lena Brandt", Role.LEAD, language="de")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    return Settings(
        _env_file=None, database_url=f"sqlite:///{sqlite_database.url.database}", offhook_config=ROOT / "offhook.yml"
    )


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Typed:
    """What somebody types, line by line; an exception is what a key like Ctrl-D raises."""

    def set_up(*lines: str | type[BaseException]) -> None:
        waiting = iter(lines)

        def read(_console: Console, _prompt: str = "") -> str:
            line = next(waiting)
            if isinstance(line, str):
                return line
            raise line

        monkeypatch.setattr(Console, "input", read)

    return set_up


async def test_it_says_who_one_is_and_says_goodbye(
    settings: Settings, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("exit")
    await talk.chat(settings, None)
    assert capsys.readouterr().out.splitlines() == [
        "You are Sam Carter. Say help to see what there is; exit leaves.",
        "Goodbye.",
    ]


@pytest.mark.parametrize("word", ["exit", "quit", "bye", "ende", "tschüss", "  EXIT ", "Tschüss"])
async def test_a_word_of_leaving_ends_it(
    settings: Settings, typed: Typed, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    typed(word, AssertionError)
    await talk.chat(settings, "Lena")
    assert capsys.readouterr().out.splitlines()[-1] == "Auf Wiedersehen."


@pytest.mark.parametrize("key", [EOFError, KeyboardInterrupt])
async def test_ctrl_d_and_ctrl_c_end_it_as_politely(
    settings: Settings, typed: Typed, capsys: pytest.CaptureFixture[str], key: type[BaseException]
) -> None:
    typed("tickets", key)
    await talk.chat(settings, None)
    assert capsys.readouterr().out.splitlines()[-1] == "Goodbye."


async def test_a_number_presses_the_choice_above_it(
    settings: Settings, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("open ticket the gate squeaks", "1", "exit")
    await talk.chat(settings, None)
    said = capsys.readouterr().out
    assert "1 Claim  2 Resolve" in said
    assert "T-1 is yours: the gate squeaks" in said


@pytest.mark.parametrize("number", ["0", "3", "99", "²", "9" * 5000])
async def test_a_number_without_a_choice_is_just_words(
    settings: Settings, typed: Typed, capsys: pytest.CaptureFixture[str], number: str
) -> None:
    typed("open ticket the gate squeaks", number, "exit")
    await talk.chat(settings, None)
    said = capsys.readouterr().out
    assert "is yours" not in said
    assert said.splitlines()[-1] == "Goodbye."


async def test_choices_are_those_of_the_last_answer_only(
    settings: Settings, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("open ticket the gate squeaks", "undo", "1", "exit")
    await talk.chat(settings, None)
    assert "is yours" not in capsys.readouterr().out


async def test_an_empty_line_says_nothing(settings: Settings, typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    typed("", "   ", "exit")
    await talk.chat(settings, None)
    assert len(capsys.readouterr().out.splitlines()) == 2


async def test_a_mistake_does_not_end_the_conversation(
    settings: Settings, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("claim T-4711", "open ticket the gate squeaks", "exit")
    await talk.chat(settings, None)
    assert "T-1 is open: the gate squeaks" in capsys.readouterr().out


async def test_somebody_unknown_cannot_chat(settings: Settings, typed: Typed) -> None:
    typed(AssertionError)
    with pytest.raises(NotFound):
        await talk.chat(settings, "Nobody")


async def test_with_two_admins_it_asks_who_speaks(settings: Settings, sqlite_database: Database, typed: Typed) -> None:
    async with sqlite_database.transaction() as session:
        await people.add_agent(session, "Mira Okafor", Role.ADMIN)
    typed(AssertionError)
    with pytest.raises(Invalid):
        await talk.chat(settings, None)


async def test_a_database_that_was_never_migrated_is_named(tmp_path: Path, settings: Settings) -> None:
    empty = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'empty.db'}"})
    with pytest.raises(Complaint, match="run `offhook migrate` first"):
        await talk.chat(empty, None)


async def test_one_question_is_answered_in_words_or_as_json(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await talk.ask(settings, "open ticket the gate squeaks", None, as_json=False)
    assert "T-1 is open: the gate squeaks" in capsys.readouterr().out
    await talk.ask(settings, "ticket T-1", "Lena", as_json=True)
    assert json.loads(capsys.readouterr().out)["shown"] == ["T-1"]


async def test_a_rasa_server_understands_in_the_terminal_too(
    settings: Settings, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "what have I got on the plate"
    async with RasaServer({said: parsed("agenda.day", 0.97)}) as rasa:
        with_rasa = settings.model_copy(update={"rasa_url": rasa.url})
        await talk.ask(with_rasa, said, None, as_json=False)
        assert "Nothing is due" in capsys.readouterr().out
        typed(said, "exit")
        await talk.chat(with_rasa, None)
        assert "Nothing is due" in capsys.readouterr().out
    assert rasa.heard == [{"text": said}] * 2


async def test_a_call_without_a_demo_is_refused_with_what_to_do(settings: Settings) -> None:
    with pytest.raises(Complaint, match="No demo runs in this folder: start one with `make run`"):
        await talk.call(settings, "+493023125010")


async def test_a_call_to_a_demo_that_does_not_answer_is_refused_with_what_to_do(settings: Settings) -> None:
    running.leave_note(
        Running(os.getpid(), 1, settings.database_url, str(settings.offhook_config), "http://127.0.0.1:1", "key")
    )
    with pytest.raises(Complaint, match="is `make run` still running"):
        await talk.call(settings, "+493023125010")


async def test_a_call_from_what_is_no_number_is_refused(settings: Settings) -> None:
    running.leave_note(
        Running(os.getpid(), 1, settings.database_url, str(settings.offhook_config), "http://127.0.0.1:1", "key")
    )
    with pytest.raises(Invalid) as refused:
        await talk.call(settings, "my phone")
    assert refused.value.message.id == "phone.invalid"


def _a_demo_that_does_not_answer(settings: Settings) -> None:
    company_file = str(settings.offhook_config)
    running.leave_note(Running(os.getpid(), 1, settings.database_url, company_file, "http://127.0.0.1:1", "key"))
