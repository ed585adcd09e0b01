"""Learning what is to be emphasised in a sentence. Only training comes here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from intents.understand import gist, opposites
from intents.understand.emphasis import Emphasis, joined
from intents.understand.examples import Example
from intents.understand.gist import Gist
from intents.understand.opposites import Opposites

_FOLDS = 3
_SEED = 0
_GIST_STRENGTH, _TURN_STRENGTH = 1.0, 30.0


def learn_emphasis(examples: Sequence[Example], pairs: Sequence[tuple[str, str]]) -> tuple[Emphasis | None, list[str]]:
    """And each example as it would be emphasised had it not been learnt from; None where no example marks a value."""
    if not any(example.values for example in examples):
        return None, [example.text for example in examples]
    part = np.random.default_rng(_SEED).integers(0, _FOLDS, len(examples))
    known, gists = _learn_gist(examples, part)
    turned, turns = _learn_opposites(examples, gists, pairs, part)
    texts = [joined(example.text, gist, turn) for example, gist, turn in zip(examples, gists, turns, strict=True)]
    return Emphasis(known, turned), texts


def _learn_gist(examples: Sequence[Example], part: NDArray[np.int64]) -> tuple[Gist, list[str]]:
    said = [gist.tokens(example.text) for example in examples]
    rows = _matrix([gist.traits(tokens, at) for tokens in said for at in range(len(tokens))], gist.WIDTH)
    values = [set(example.values) for example in examples]
    is_value = np.array([at in values[owner] for owner, tokens in enumerate(said) for at in range(len(tokens))])
    owner = np.repeat(np.arange(len(said)), [len(tokens) for tokens in said])
    machine, scores = _unseen(rows, is_value, part[owner], np.arange(len(owner)), _GIST_STRENGTH)
    starts = np.cumsum([0, *map(len, said)])
    gists = [
        gist.without(tokens, (scores[start : start + len(tokens)] > 0).tolist())
        for tokens, start in zip(said, starts, strict=False)
    ]
    return Gist(*machine), gists


def _learn_opposites(
    examples: Sequence[Example], gists: Sequence[str], pairs: Sequence[tuple[str, str]], part: NDArray[np.int64]
) -> tuple[Opposites | None, list[str]]:
    does = {intent: side for pair in pairs for intent, side in zip(pair, (True, False), strict=True)}
    taught = np.flatnonzero([example.intent in does for example in examples])
    if len({does[example.intent] for example in examples if example.intent in does}) < 2:
        return None, ["" for _gist in gists]
    rows = _matrix([opposites.traits(each) for each in gists], opposites.WIDTH)
    lengths = np.maximum(1, np.sqrt(np.diff(rows.indptr)))
    rows = sparse.diags(1 / lengths) @ rows
    sides = np.array([does.get(example.intent, False) for example in examples])
    machine, scores = _unseen(rows, sides, part, taught, _TURN_STRENGTH)
    return Opposites(*machine), [opposites.said(score) for score in scores]


def _unseen(
    rows: Any, sides: NDArray[np.bool_], part: NDArray[np.int64], taught: NDArray[np.int64], strength: float
) -> tuple[tuple[NDArray[np.float32], float], NDArray[np.float64]]:
    """What is learnt from all, and the scores of each row by what was learnt without its part."""

    def fit(which: NDArray[np.int64]) -> LogisticRegression:
        machine = LogisticRegression(C=strength, solver="liblinear", dual=True, tol=1e-2, random_state=_SEED)
        return machine.fit(rows[which], sides[which])

    scores = np.zeros(rows.shape[0])
    for fold in range(_FOLDS):
        left_out = np.flatnonzero(part == fold)
        if len(left_out):
            scores[left_out] = fit(taught[part[taught] != fold]).decision_function(rows[left_out])
    machine = fit(taught)
    return (machine.coef_[0].astype(np.float32), float(machine.intercept_[0])), scores


def _matrix(columns: Sequence[Sequence[int]], width: int) -> Any:
    starts = np.cumsum([0, *map(len, columns)])
    every = np.fromiter((column for row in columns for column in row), np.int32, int(starts[-1]))
    return sparse.csr_matrix((np.ones(len(every), np.float32), every, starts), shape=(len(columns), width))
