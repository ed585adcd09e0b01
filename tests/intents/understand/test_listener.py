"""A model and a tagger that learnt a few commands, asked as the product asks its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crm_core.company import Company
from intents.understand.listener import Listener, anything_shown
from intents.understand.meant import Meant
from tests.intents.understand.ears import few_words

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def listener() -> Listener:
    return few_words()


def _meant(listener: Listener, company: Company, text: str) -> Meant:
    return listener.meaning(text, anything_shown(company, NOW))


def test_a_command_is_meant_with_the_words_of_its_arguments(listener: Listener, company: Company) -> None:
    meant = _meant(listener, company, "please let me look after t forty two")
    assert meant.alternatives[0].intent == "ticket.claim"
    assert dict(meant.alternatives[0].words) == {"ticket": "t forty two"}


def test_what_was_shown_may_be_pointed_at(listener: Listener, company: Company) -> None:
    assert dict(_meant(listener, company, "let me look after it").alternatives[0].words) == {"ticket": "it"}


def test_nothing_we_do_is_meant_by_what_nobody_orders(listener: Listener, company: Company) -> None:
    assert _meant(listener, company, "how high is the moon today").intent is None


def test_what_comes_near_is_told_with_its_chance_best_first(
    listener: Listener, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intents.understand.listener.ASKED_BELOW", 2.0)
    monkeypatch.setattr("intents.understand.listener._FAR", 0.0)
    meant = _meant(listener, company, "tell me about my desk")
    chances = [near.confidence for near in meant.alternatives]
    assert len(chances) == 3 and chances == sorted(chances, reverse=True)
