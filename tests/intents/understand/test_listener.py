"""A model and a tagger that learnt a few commands, asked as the product asks its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crm_core.company import Company
from intents.registry import commands
from intents.understand import tagging_training, training
from intents.understand.examples import OUT_OF_SCOPE, Example, unmarked
from intents.understand.listener import Listener, anything_shown
from intents.understand.marks import marked
from intents.understand.masking import masked
from intents.understand.meant import Meant
from intents.understand.orders import Order
from intents.understand.tagging import sought
from intents.understand.tagging_orders import TaggingOrder

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_SAID = {
    "ticket.claim": [
        "i will look after [T-7](ticket)",
        "let me look after [T-12](ticket) please",
        "i look after [ticket 4](ticket) now",
        "ich kümmere mich um [T-9](ticket)",
    ],
    "ticket.mine": [
        "what is on my desk",
        "was liegt bei mir so an",
        "anything on my desk today",
        "what lies on my desk",
    ],
    "contact.show": [
        "tell me something about [Greta Lindqvist](contact)",
        "tell me about [Frank Moore](contact) please",
        "erzähl mir was über [Ada Nwosu](contact)",
        "tell me something about [Lena](contact)",
    ],
    OUT_OF_SCOPE: ["sing a song for me", "how high is the moon", "wie wird das wetter", "what does bread cost"],
}


@pytest.fixture(scope="module")
def listener() -> Listener:
    every = [(text, intent) for intent, texts in _SAID.items() for text in texts]
    examples = [Example(masked(unmarked(text)), intent) for text, intent in every]
    model = training.train(Order(examples, out_of_scope=OUT_OF_SCOPE, with_encoder=False))
    wanted = {name: sought(commands()[name]) for name in _SAID if name != OUT_OF_SCOPE and commands()[name].arguments}
    tagger = tagging_training.train(
        TaggingOrder([marked(Example(text, intent)) for text, intent in every if intent in wanted], wanted)
    )
    return Listener(model, None, tagger)


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


def test_what_comes_near_is_told_with_its_chance_best_first(listener: Listener, company: Company) -> None:
    meant = _meant(listener, company, "something on it")
    chances = [near.confidence for near in meant.alternatives]
    assert len(chances) > 1 and chances == sorted(chances, reverse=True)
