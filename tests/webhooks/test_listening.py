from __future__ import annotations

import pytest

from crm_core.company import Company
from crm_core.db import Database
from crm_core.errors import Refused
from intents.understand.listener import Listener
from tests.intents.understand.ears import few_words
from tests.people import NOW
from webhooks.listening import OwnListening
from webhooks.runtime import Runtime
from webhooks.settings import Settings

SENTENCE = "ich kümmere mich um T-1"


@pytest.fixture
def own(company: Company, sqlite_database: Database) -> OwnListening:
    return OwnListening(Runtime(Settings(_env_file=None), company, sqlite_database, lambda: NOW))


async def test_until_it_is_there_nothing_is_meant(own: OwnListening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webhooks.listening._learnt", few_words)
    assert await own.listen(SENTENCE) is None
    await own.load()
    meant = await own.listen(SENTENCE)
    assert meant is not None and (meant.intent, dict(meant.words)) == ("ticket.claim", {"ticket": "T-1"})


@pytest.mark.parametrize("text", ["claim T-1", "471 199", "", "  ", "x" * 5000])
async def test_what_needs_no_understanding_is_not_asked(
    own: OwnListening, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr("webhooks.listening._learnt", few_words)
    await own.load()
    assert await own.listen(text) is None


async def test_an_example_that_takes_any_words_is_asked_about_too(
    own: OwnListening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webhooks.listening._learnt", few_words)
    await own.load()
    assert await own.listen("open ticket The oven is cold") is not None


@pytest.mark.parametrize("error", [Refused("nlu.extra-missing"), ValueError("broken")])
async def test_what_cannot_be_learnt_leaves_the_examples(
    own: OwnListening, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails() -> None:
        raise error

    monkeypatch.setattr("webhooks.listening._learnt", fails)
    await own.load()
    assert await own.listen(SENTENCE) is None


async def test_one_command_loads_what_was_learnt_only_for_what_no_example_says(
    company: Company, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[bool] = []

    def cached() -> Listener:
        loaded.append(True)
        return few_words()

    monkeypatch.setattr("webhooks.listening._cached", cached)
    runtime = Runtime(Settings(_env_file=None), company, sqlite_database, lambda: NOW)
    own = OwnListening(runtime, when_needed=True)
    assert await own.listen("claim T-1") is None
    assert loaded == []
    assert await own.listen(SENTENCE) is not None
    assert await own.listen(SENTENCE) is not None
    assert loaded == [True]


async def test_where_nothing_was_learnt_one_command_goes_by_the_examples(
    company: Company, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webhooks.listening._cached", lambda: None)
    runtime = Runtime(Settings(_env_file=None), company, sqlite_database, lambda: NOW)
    assert await OwnListening(runtime, when_needed=True).listen(SENTENCE) is None
