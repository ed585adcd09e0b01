from __future__ import annotations

import numpy as np
import pytest

from intents.understand.evaluation import auroc, quality
from intents.understand.examples import Example
from intents.understand.model import Guess


def _guess(intent: str | None, best: str, confidence: float) -> Guess:
    return Guess(intent, confidence, ((best, confidence),), 1)


EXAMPLES = [Example("1", "a"), Example("2", "a"), Example("3", "b"), Example("4", "oos"), Example("5", "oos")]
GUESSES = [
    _guess("a", "a", 0.9),
    _guess("b", "b", 0.5),
    _guess(None, "b", 0.4),
    _guess(None, "a", 0.2),
    _guess("a", "a", 0.6),
]


def test_a_refused_order_is_not_understood() -> None:
    found = quality(EXAMPLES, GUESSES, "oos")
    assert found.accuracy == pytest.approx(1 / 3)
    assert found.oos_recall == 0.5


def test_where_nothing_is_out_of_scope_the_best_intent_counts() -> None:
    found = quality(EXAMPLES[:3], GUESSES[:3], None)
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.oos_recall is None and found.auroc is None


def test_confusions_name_what_was_meant_and_what_was_understood() -> None:
    assert set(quality(EXAMPLES, GUESSES, "oos").confusions) == {("a", "b", 1), ("b", "oos", 1), ("oos", "a", 1)}


def test_auroc_is_how_often_an_order_is_surer_than_a_stranger() -> None:
    assert auroc(np.array([0.9, 0.8]), np.array([0.1, 0.2])) == 1
    assert auroc(np.array([0.9, 0.1]), np.array([0.5])) == 0.5
    assert auroc(np.array([0.5]), np.array([0.5])) == 0.5
    assert auroc(np.array([0.5]), np.array([])) is None
