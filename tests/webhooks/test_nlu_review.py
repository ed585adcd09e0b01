"""`offhook nlu review`: from a sentence that was not understood to one that is learnt."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm_core import misunderstood
from crm_core.agents import SYSTEM
from crm_core.db import Database
from crm_core.misunderstood import Sentence, Why
from intents import extensions
from intents.understand.examples import Example
from tests.intents.extensions import parking
from tests.people import NOW
from webhooks import nlu_review
from webhooks.cli import app
from webhooks.complaints import Complaint
from webhooks.settings import Settings

pytestmark = pytest.mark.usefixtures("own_commands")


@pytest.fixture
async def database(sqlite_database: Database) -> Database:
    async with sqlite_database.transaction() as session:
        for text in ("do T-# again", "nice weather", "nice weather", "hm …"):
            await misunderstood.keep(session, Sentence("en", text, Why.UNKNOWN, [("undo", 0.4)]), NOW)
    return sqlite_database


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    url = database.url.render_as_string(hide_password=False)
    file = parking.company_file(tmp_path, training="said")
    return Settings(_env_file=None, database_url=url, offhook_config=file)


async def _run(settings: Settings, *arguments: str, typed: str | None = None) -> tuple[int, str]:
    env = {"DATABASE_URL": settings.database_url, "OFFHOOK_CONFIG": str(settings.offhook_config)}
    ran = await asyncio.to_thread(CliRunner().invoke, app, ["nlu", "review", *arguments], input=typed, env=env)
    return ran.exit_code, ran.output or str(ran.exception)


async def test_the_most_frequent_come_first(settings: Settings) -> None:
    code, said = await _run(settings, "--json")
    assert code == 0
    told = json.loads(said)
    assert (told[0]["text"], told[0]["times"]) == ("nice weather", 2)
    assert told[0]["guesses"] == [["undo", 0.4]]
    code, said = await _run(settings)
    assert "nice weather" in said and "undo" in said


async def test_what_is_labelled_is_learnt_with_the_next_training(settings: Settings, tmp_path: Path) -> None:
    code, said = await _run(settings, "--label", "1", "undo")
    assert (code, str(tmp_path / "said" / "en" / "reviewed.yml") in said) == (0, True)
    await _run(settings, "--label", "2", "out_of_scope", "--text", "what a nice day")
    await _run(settings, "--ignore", "4")
    code, said = await _run(settings, "--json")
    assert json.loads(said) == []
    assert extensions.load(parking.company_with(tmp_path, training="said").extensions) == []
    assert set(extensions.taught()) == {Example("do T-7 again", "undo"), Example("what a nice day", "out_of_scope")}
    await _run(settings, "--label", "1", "ticket.reopen")
    extensions.load(parking.company_with(tmp_path, training="said").extensions)
    assert {one.intent for one in extensions.taught() if one.text == "do T-7 again"} == {"ticket.reopen"}


async def test_a_command_that_there_is_not_or_a_sentence_that_there_is_not_is_refused(settings: Settings) -> None:
    assert "There is no command coffee.make" in (await _run(settings, "--label", "1", "coffee.make"))[1]
    assert "nlu.no-such-sentence" in (await _run(settings, "--label", "99", "undo"))[1]


async def test_without_a_folder_to_write_to_nothing_is_labelled(settings: Settings, tmp_path: Path) -> None:
    nowhere = settings.model_copy(update={"offhook_config": parking.company_file(tmp_path / "plain")})
    with pytest.raises(Complaint, match="names no folder"):
        await nlu_review.label(nowhere, 1, "undo", None)
    assert len(json.loads((await _run(settings, "--json"))[1])) == 3


async def test_at_a_terminal_they_are_gone_through_one_after_the_other(
    settings: Settings, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["o", "what nice weather", "nonsense", "1", "do it again", "q"])
    monkeypatch.setattr("rich.prompt.Prompt.ask", lambda *_arguments, **_options: next(typed))
    await nlu_review.go_through(settings, 50)
    extensions.load(parking.company_with(tmp_path, training="said").extensions)
    assert set(extensions.taught()) == {Example("what nice weather", "out_of_scope"), Example("do it again", "undo")}
    async with database.transaction() as session:
        left = await misunderstood.to_review(session, SYSTEM, 9)
    assert [one.text for one in left] == ["hm …"]
