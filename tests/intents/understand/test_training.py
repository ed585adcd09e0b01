from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crm_core.errors import CrmError
from intents.understand.encoder import Encoder, load_encoder
from intents.understand.examples import OUT_OF_SCOPE, Example
from intents.understand.explaining import explain
from intents.understand.features import LONGEST
from intents.understand.model import Model, load_model
from intents.understand.orders import Order
from intents.understand.training import train
from tests.intents.understand.sayings import ASKED, SAYINGS


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    loaded = load_encoder()
    assert loaded is not None, "the tests come with the `nlu` extra"
    return loaded


@pytest.fixture(scope="module")
def both() -> Model:
    return train(Order(SAYINGS, out_of_scope=OUT_OF_SCOPE))


@pytest.fixture(scope="module")
def words_alone() -> Model:
    return train(Order(SAYINGS, out_of_scope=OUT_OF_SCOPE, with_encoder=False))


def _best(model: Model, encoder: Encoder | None) -> dict[str, str]:
    return {text: model.guess(text, encoder).alternatives[0][0] for text in ASKED}


def test_what_was_never_said_like_that_is_understood(both: Model, encoder: Encoder) -> None:
    assert _best(both, encoder) == ASKED


def test_without_the_extra_words_alone_are_understood(words_alone: Model) -> None:
    assert words_alone.second is None
    assert _best(words_alone, None) == ASKED


def test_a_model_of_both_tiers_does_without_the_encoder(both: Model) -> None:
    assert _best(both, None) == ASKED
    assert both.guess("hold the caller").tier == 1


def test_each_tier_can_be_asked_alone(both: Model, encoder: Encoder) -> None:
    assert both.guess("hold the caller", encoder, tier=1).tier == 1
    assert both.guess("hold the caller", encoder, tier=2).tier == 2


def test_the_encoder_is_asked_only_where_words_are_not_sure(both: Model, encoder: Encoder) -> None:
    chance = both.guess("hold the caller", tier=1).confidence
    sure = replace(both, first=replace(both.first, refused_below=0, sure_from=chance))
    unsure = replace(both, first=replace(both.first, refused_below=0, sure_from=chance + 0.01))
    assert sure.guess("hold the caller", encoder).tier == 1
    assert unsure.guess("hold the caller", encoder).tier == 2


def test_chances_are_of_intents_alone_and_the_best_comes_first(both: Model, encoder: Encoder) -> None:
    for text in [*ASKED, "sing a song", ""]:
        guess = both.guess(text, encoder)
        chances = [chance for _intent, chance in guess.alternatives]
        assert OUT_OF_SCOPE not in [intent for intent, _chance in guess.alternatives]
        assert chances == sorted(chances, reverse=True)
        assert guess.confidence == chances[0] and sum(chances) <= 1.001


def test_what_is_no_order_is_not_taken_for_one(both: Model, encoder: Encoder) -> None:
    for text in ("what is the weather in rome", "erzähl mir einen witz über katzen"):
        assert both.guess(text, encoder).intent is None


def test_below_the_threshold_nothing_is_said_but_what_comes_nearest(both: Model) -> None:
    strict = replace(both, first=replace(both.first, refused_below=1.1))
    guess = strict.guess("hold the caller")
    assert guess.intent is None
    assert guess.alternatives[0][0] == "call.hold"


@pytest.mark.parametrize("text", ["", "   ", "?!", "\x00", "🙂" * 5000, "日本語"])
def test_nonsense_is_no_error(both: Model, encoder: Encoder, text: str) -> None:
    assert 0 <= both.guess(text, encoder).confidence <= 1


def test_the_same_examples_give_the_same_model(words_alone: Model) -> None:
    again = train(Order(SAYINGS, out_of_scope=OUT_OF_SCOPE, with_encoder=False))
    assert np.array_equal(again.first.linear.terms, words_alone.first.linear.terms)
    assert again.first.sharpness == words_alone.first.sharpness


def test_a_saved_model_answers_as_before(both: Model, encoder: Encoder, tmp_path: Path) -> None:
    both.save(tmp_path)
    loaded = load_model(tmp_path)
    for text in ASKED:
        assert loaded.guess(text, encoder) == both.guess(text, encoder)


def test_the_end_of_a_very_long_text_is_not_read(both: Model, encoder: Encoder) -> None:
    text = "hold the caller" + " " * LONGEST
    assert both.guess(text + "won the deal", encoder) == both.guess(text, encoder)


def test_the_name_of_an_intent_is_an_example_too() -> None:
    examples = [Example("lights please", "LampTurnOn"), Example("heat please", "HeatingTurnUp")]
    model = train(Order(examples, with_encoder=False))
    assert model.guess("lamp").alternatives[0][0] == "LampTurnOn"


def test_a_split_that_is_held_out_sets_how_far_to_trust() -> None:
    wrong = [Example(example.text, "deal.won") for example in SAYINGS if example.intent != OUT_OF_SCOPE]
    modest = train(Order(SAYINGS, wrong, OUT_OF_SCOPE, with_encoder=False))
    proud = train(Order(SAYINGS, SAYINGS, OUT_OF_SCOPE, with_encoder=False))
    assert modest.guess("hold the caller").confidence < proud.guess("hold the caller").confidence


def test_an_intent_of_the_held_out_split_that_was_never_taught_is_left_aside() -> None:
    assert train(Order(SAYINGS, [Example("hum", "music.hum")], with_encoder=False)).guess("hum").confidence <= 1


def test_one_intent_is_none_to_choose_from() -> None:
    with pytest.raises(CrmError, match=r"nlu\.one-intent"):
        Order([Example("hello", "greet"), Example("hi", "greet")])


def test_many_examples_are_learnt_another_way_and_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intents.understand.fitting.FEW", 0)
    assert _best(train(Order(SAYINGS, out_of_scope=OUT_OF_SCOPE, with_encoder=False)), None) == ASKED


def test_an_explanation_names_the_words_that_decided(both: Model, encoder: Encoder) -> None:
    explained = explain(both, None, "the deal is won")
    assert explained.guess.alternatives[0][0] == "deal.won"
    assert "won" in dict(explained.reasons)
    assert explain(replace(both, first=replace(both.first, sure_from=2)), encoder, "won").meaning is not None
