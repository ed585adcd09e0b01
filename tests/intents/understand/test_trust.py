from __future__ import annotations

import numpy as np
import pytest

from intents.understand import trust


def _judged(
    confidence: list[float], right: list[bool], strangers: int = 0, says_stranger: list[bool] | None = None
) -> trust.Judged:
    """The last ones are strangers."""
    count = len(confidence)
    return trust.Judged(
        np.array(confidence, np.float32),
        np.array(right),
        np.arange(count) >= count - strangers,
        np.array(says_stranger or [False] * count),
    )


def test_scores_that_are_often_wrong_are_made_less_sure() -> None:
    scores = np.tile(np.array([[4.0, 0.0]], np.float32), (100, 1))
    often, seldom = np.array([0] * 60 + [1] * 40), np.array([0] * 95 + [1] * 5)

    def chance(labels: np.ndarray) -> float:
        return float(1 / (1 + np.exp(-4 * trust.sharpness(scores, labels))))

    assert chance(often) == pytest.approx(0.6, abs=0.02)
    assert chance(seldom) == pytest.approx(0.95, abs=0.02)


def test_the_threshold_parts_orders_from_strangers() -> None:
    level = trust.refused_below(_judged([0.9] * 20 + [0.7] * 20 + [0.3] * 5, [True] * 40 + [False] * 5, 5))
    assert 0.3 < level <= 0.7


def test_an_order_weighs_more_than_a_stranger() -> None:
    """Half of the orders are no price for refusing every stranger."""
    level = trust.refused_below(_judged([0.9] * 10 + [0.3] * 10 + [0.5] * 5, [True] * 20 + [False] * 5, 5))
    assert level <= 0.3


def test_without_a_known_stranger_few_orders_are_lost() -> None:
    confidence = list(np.linspace(0.1, 1, 100))
    level = trust.refused_below(_judged(confidence, [True] * 100))
    assert sum(one < level for one in confidence) == 6


def test_the_first_tier_answers_alone_where_it_is_right_as_often_as_both() -> None:
    first = _judged([0.99] * 50 + [0.85] * 50, [True] * 50 + [True, False] * 25)
    second = _judged([0.99] * 100, [True] * 100)
    assert 0.85 < trust.sure_from(first, second) <= 0.99


def test_a_first_tier_that_is_wrong_when_it_is_sure_never_answers_alone() -> None:
    first = _judged([0.999] * 100, [True, False] * 50)
    assert trust.sure_from(first, _judged([0.9] * 100, [True] * 100)) == trust.NEVER
