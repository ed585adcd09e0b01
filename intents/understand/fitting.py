"""Fitting one linear classifier. Only training comes here: the libraries cost more memory than all else together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from intents.understand.model import Floats, Linear, Meaning

# Up to so many examples a label, and in all, every example counts; of more, those at the borders of the labels.
FEW_A_LABEL = 40
FEW = 3000
FEW_STRENGTH, MANY_STRENGTH, EMPHASISED_STRENGTH = 20.0, 0.4, 1.2
# The encoder's share beside words and pieces, each of length one.
FEW_WEIGHT, MANY_WEIGHT, EMPHASISED_WEIGHT = 2.0, 1.5, 1.1
# Of many examples, so many directions of the encoder's space say all that is to be learnt, in a quarter of the time.
MANY_WIDTH = 128
# How far differences within a label are evened out: 0.5 would be all the way, and learn noise.
_EVENED_OUT = 0.25
_SHRINKAGE = 0.4
_RIDGE = 1e-3
_SEED = 0


def fit_meaning(vectors: Floats, labels: NDArray[np.int64], *, few: bool, emphasised: bool = False) -> Meaning:
    """From few examples, turns and stretches the space so that directions in which a label's own examples differ count
    for less; many examples show themselves what counts."""
    if not few:
        return Meaning(EMPHASISED_WEIGHT if emphasised else MANY_WEIGHT)
    centre = vectors.mean(axis=0)
    within = vectors - np.stack([vectors[labels == label].mean(axis=0) for label in range(labels.max() + 1)])[labels]
    spread = within.T.astype(np.float64) @ within / len(within)
    width = len(spread)
    mean = np.trace(spread) / width
    if mean <= 0:
        return Meaning(FEW_WEIGHT)
    values, turns = np.linalg.eigh((1 - _SHRINKAGE) * spread + _SHRINKAGE * mean * np.eye(width))
    shape = (turns * (values / mean) ** -_EVENED_OUT) @ turns.T
    return Meaning(FEW_WEIGHT, centre, shape.astype(np.float32))


def is_few(labels: NDArray[np.int64]) -> bool:
    return len(labels) <= min(FEW, FEW_A_LABEL * (int(labels.max()) + 1))


def alike(rows: Any) -> Floats:
    """How much each example's terms have in common with each other's: all that few examples need of them."""
    return np.asarray((rows @ rows.T).toarray(), np.float32)


def fit_few(rows: Any, common: Floats, meaning: Floats | None, labels: NDArray[np.int64]) -> Linear:
    """`rows` is a sparse matrix of term features, a line an example, and `common` what `alike` says of them: the fit is
    in the space that the examples themselves span, which is far smaller than that of the terms."""
    every = common.astype(np.float64)
    if meaning is not None:
        every += meaning @ meaning.T
    lower = linalg.cholesky(every + _RIDGE * np.eye(len(labels)), lower=True)
    machine = LogisticRegression(C=FEW_STRENGTH, max_iter=300, tol=1e-4).fit(lower.astype(np.float32), labels)
    weights, bias = _both_of_two(machine.coef_, machine.intercept_)
    shares = linalg.solve_triangular(lower, weights.T, lower=True, trans="T")
    return _linear(rows.T @ shares, None if meaning is None else meaning.T @ shares, bias)


def fit_many(rows: Any, meaning: Floats | None, labels: NDArray[np.int64], *, emphasised: bool = False) -> Linear:
    strength, tolerance = (EMPHASISED_STRENGTH, 0.3) if emphasised else (MANY_STRENGTH, 0.1)
    machine = LinearSVC(C=strength, tol=tolerance, multi_class="crammer_singer", random_state=_SEED)
    if meaning is None:
        weights, bias = _both_of_two(machine.fit(rows, labels).coef_, machine.intercept_)
        return _linear(weights.T, None, bias)
    centre = meaning.mean(axis=0)
    axes = _main_axes(meaning - centre)
    every = sparse.hstack([rows, sparse.csr_matrix((meaning - centre) @ axes)]).tocsr()
    weights, bias = _both_of_two(machine.fit(every, labels).coef_, machine.intercept_)
    terms, turned = np.split(weights.T, [rows.shape[1]])
    deep = axes @ turned
    return _linear(terms, deep, bias - centre @ deep)


def _main_axes(centred: Floats) -> Floats:
    """The directions in which they differ most, a column each."""
    _lengths, axes = np.linalg.eigh(centred.T @ centred)
    return np.asarray(axes[:, -MANY_WIDTH:], np.float32)


def _linear(terms: NDArray[Any], deep: NDArray[Any] | None, bias: NDArray[Any]) -> Linear:
    return Linear.of(
        np.ascontiguousarray(terms, np.float32),
        None if deep is None else np.ascontiguousarray(deep, np.float32),
        bias.astype(np.float32),
    )


def _both_of_two(weights: NDArray[Any], bias: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Of two labels scikit-learn tells the difference alone."""
    if len(weights) > 1:
        return weights, bias
    return np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2


def as_matrix(rows: Sequence[tuple[NDArray[np.int64], Floats]], width: int) -> Any:
    starts = np.cumsum([0, *(len(columns) for columns, _values in rows)])
    columns = np.concatenate([columns for columns, _values in rows])
    values = np.concatenate([values for _columns, values in rows])
    return sparse.csr_matrix((values, columns, starts), shape=(len(rows), width))
