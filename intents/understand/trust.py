"""How far a classifier's scores are to be trusted: learnt on utterances that it was not trained with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.understand.model import Floats

# To take a stranger's sentence for an order is worse than to ask back: yet each point of orders understood
# weighs as much as so many points of strangers refused, as there are far more orders.
_ORDERS_WEIGH = 5.0
# Where no out-of-scope utterance is known: as many understood utterances may be lost to a question.
_LOST = 0.06
_SURE_AT_LEAST = 0.8
_SURE_IS_RIGHT = 0.99
NEVER = 2.0


@dataclass(frozen=True, slots=True)
class Judged:
    """Held-out utterances: the chance of the best order of each, whether it is right, and which are strangers."""

    confidence: Floats
    is_right: NDArray[np.bool_]
    is_stranger: NDArray[np.bool_]
    says_stranger: NDArray[np.bool_]


def sharpness(scores: Floats, labels: NDArray[np.int64]) -> float:
    """The factor that makes the chances of the scores as honest as one factor can."""
    factors = np.geomspace(0.1, 30, 120)
    picked = np.arange(len(labels))

    def surprise(factor: float) -> float:
        scaled = scores.astype(np.float64) * factor
        scaled -= scaled.max(axis=1, keepdims=True)
        return float((np.log(np.exp(scaled).sum(axis=1)) - scaled[picked, labels]).mean())

    return float(factors[np.argmin([surprise(factor) for factor in factors])])


def judge(chances: Floats, labels: NDArray[np.int64], stranger: int | None) -> Judged:
    """`stranger` is the column of the out-of-scope label."""
    orders = chances.copy()
    if stranger is not None:
        orders[:, stranger] = -1
    best = orders.argmax(axis=1)
    return Judged(
        confidence=np.maximum(orders.max(axis=1), 0),
        is_right=best == labels,
        is_stranger=labels == (-1 if stranger is None else stranger),
        says_stranger=np.zeros(len(labels), bool) if stranger is None else chances.argmax(axis=1) == stranger,
    )


def refused_below(judged: Judged) -> float:
    """The confidence under which it is better to ask."""
    right = judged.confidence[judged.is_right & ~judged.is_stranger]
    if not len(right):
        return 0.0
    if not judged.is_stranger.any():
        return min(float(np.quantile(right, _LOST)), 0.5)

    def gain(level: float) -> float:
        refused = judged.says_stranger | (judged.confidence < level)
        understood = (judged.is_right & ~refused)[~judged.is_stranger].mean()
        return float(_ORDERS_WEIGH * understood + refused[judged.is_stranger].mean())

    levels = np.linspace(0, 0.95, 96)
    gains = np.array([gain(level) for level in levels])
    # Of levels that do as well, the middle: few strangers are known, and one of them must not decide.
    near = levels[gains >= gains.max() - 1e-9]
    return float(near[len(near) // 2])


def sure_from(first: Judged, second: Judged) -> float:
    """From which confidence on the first tier alone is right as often as both, and nearly always."""
    for level in np.linspace(_SURE_AT_LEAST, 0.999, 60):
        alone = (first.confidence >= level) & ~first.says_stranger
        if not alone.any():
            break
        right, asked = first.is_right[alone].mean(), second.is_right[alone].mean()
        if right >= asked and right >= _SURE_IS_RIGHT:
            return float(level)
    return NEVER
