"""The tagger of a few commands, as their own training data teach it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from crm_core.errors import CrmError
from intents.registry import commands
from intents.slot import Heard
from intents.understand import cache
from intents.understand.marks import read_marks
from intents.understand.noise import Noise
from intents.understand.own_tagging import own_tagging_order
from intents.understand.slot_evaluation import slot_quality
from intents.understand.tagging import Tagger, load_tagger
from intents.understand.tagging_orders import TaggingOrder
from intents.understand.tagging_training import train
from tests.intents.test_training_data import HELD_BACK

TAUGHT = ("appointment.make", "deal.move", "ticket.prioritise", "callback.request", "article.add", "task.add")
NOW = datetime(2026, 3, 11, 10, tzinfo=ZoneInfo("Europe/Berlin"))
HEARD = Heard(NOW, "EUR", ["T-1", "D-1"])


@pytest.fixture(scope="module")
def order() -> TaggingOrder:
    every = own_tagging_order()
    taught = [name for name in TAUGHT if name in every.arguments]
    return TaggingOrder(
        [one for one in every.examples if one.intent in taught], {name: every.arguments[name] for name in taught}
    )


@pytest.fixture(scope="module")
def tagger(order: TaggingOrder) -> Tagger:
    return train(order)


def _found(tagger: Tagger, command: str, text: str, heard: Heard = HEARD) -> dict[str, str]:
    return tagger.arguments(commands()[command], text, heard)


def test_words_are_found_where_no_template_says_they_stand(tagger: Tagger) -> None:
    text = "so deal zweiundvierzig ist jetzt wohl in Verhandlung, schieb ihn da bitte hin"
    assert _found(tagger, "deal.move", text)["deal"] == "deal zweiundvierzig"


def test_what_is_found_can_be_read(tagger: Tagger, order: TaggingOrder) -> None:
    for example in order.examples:
        command = commands()[example.intent]
        slots = {argument.name: argument.slot for argument in command.arguments}
        for name, words in tagger.arguments(command, example.text, HEARD).items():
            slots[name].read(words, HEARD)


def test_what_was_not_shown_is_no_argument(tagger: Tagger) -> None:
    assert "deal" in _found(tagger, "deal.move", "move it to offer")
    assert "deal" not in _found(tagger, "deal.move", "move it to offer", Heard(NOW, "EUR", []))


def test_what_can_stand_in_one_place_alone_is_found_by_whom_nobody_taught() -> None:
    untaught = Tagger(np.zeros(256, np.float16), 8)
    assert _found(untaught, "deal.win", "ja D-7 dann eben") == {"deal": "D-7"}
    assert _found(untaught, "deal.win", "D-7 oder D-8") == {}


@pytest.mark.parametrize("language", ["en", "de"])
def test_most_arguments_are_found_in_sentences_that_were_never_taught(
    tagger: Tagger, order: TaggingOrder, language: str
) -> None:
    asked = [one for one in read_marks(HELD_BACK / language) if one.intent in order.arguments]
    noise = Noise.of(asked)
    for examples, least in ((asked, 0.8), ([*map(noise.over, asked)], 0.7)):
        quality = slot_quality(examples, commands(), lambda command, text: tagger.arguments(command, text, HEARD))
        assert quality.f1 >= least


@pytest.mark.parametrize(
    "text", ["", "   ", "?!", "\x00", "🙂" * 5000, "日本語", "T-1 " * 3000, "move " + "word " * 4000]
)
def test_nonsense_is_no_error(tagger: Tagger, text: str) -> None:
    assert set(_found(tagger, "deal.move", text)) <= {"deal", "stage"}


def test_a_command_that_was_never_taught_is_no_error(tagger: Tagger) -> None:
    assert set(_found(tagger, "ticket.close", "close T-7")) <= {"ticket", "tickets", "resolution"}


def test_several_threads_ask_at_once(tagger: Tagger, order: TaggingOrder) -> None:
    asked = [(example.intent, example.text) for example in order.examples[:80]]
    alone = [_found(tagger, *one) for one in asked]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda one: _found(tagger, *one), asked)) == alone


def test_the_same_examples_give_the_same_tagger(order: TaggingOrder) -> None:
    few = TaggingOrder(order.examples[:20], order.arguments)
    assert np.array_equal(train(few).weights, train(few).weights)


def test_an_order_is_handed_over_as_it_is(order: TaggingOrder) -> None:
    assert TaggingOrder.read(order.as_json()) == order


def test_a_saved_tagger_answers_as_before(tagger: Tagger, order: TaggingOrder, tmp_path: Path) -> None:
    tagger.save(tmp_path)
    loaded = load_tagger(tmp_path)
    for example in order.examples[:40]:
        assert _found(loaded, example.intent, example.text) == _found(tagger, example.intent, example.text)


def _kept(order: TaggingOrder, folder: Path) -> Tagger:
    return cache.kept("here", lambda: order, load_tagger, folder)


@pytest.mark.parametrize("name", ["tagger.npz", "tagger.json"])
def test_a_damaged_tagger_is_learnt_again(
    tmp_path: Path, order: TaggingOrder, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "learn", lambda order, folder, _tell: train(order).save(folder))
    few = TaggingOrder(order.examples[:10], order.arguments)
    _kept(few, tmp_path)
    file = tmp_path / "here" / name
    file.write_bytes(file.read_bytes()[:10])
    assert _kept(few, tmp_path).bits > 0
    assert load_tagger(file.parent).bits > 0


def test_learning_is_a_process_of_its_own(tmp_path: Path, order: TaggingOrder) -> None:
    few = TaggingOrder(order.examples[:10], order.arguments)
    assert np.array_equal(_kept(few, tmp_path).weights, train(few).weights)


def test_a_failure_to_learn_is_told(tmp_path: Path, order: TaggingOrder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TaggingOrder, "as_json", lambda _order: "{")
    with pytest.raises(CrmError, match=r"nlu\.not-learnt"):
        _kept(order, tmp_path)
