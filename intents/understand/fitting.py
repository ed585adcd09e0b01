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

# Up to so many examples a label, and in all, the labels are weighed against each other; a margin for each alone
# learns more from many examples, and is faster.
FEW_A_LABEL = 40
FEW = 3000
FEW_STRENGTH = 20.0
MANY_STRENGTH = 0.3
# The encoder's share beside words and pieces, each of length one.
WEIGHT = 2.0
# How far differences within a label are evened out: 0.5 would be all the way, and learn noise.
_EVENED_OUT = 0.25
_SHRINKAGE = 0.4
_RIDGE = 1e-3
_SEED = 0


def fit_meaning(vectors: Floats, labels: NDArray[np.int64]) -> Meaning:
    """Turns and stretches the space so that directions in which a label's own examples differ count for less."""
    centre = vectors.mean(axis=0)
    within = vectors - np.stack([vectors[labels == label].mean(axis=0) for label in range(labels.max() + 1)])[labels]
    spread = within.T.astype(np.float64) @ within / len(within)
    width = len(spread)
    mean = np.trace(spread) / width
    if mean <= 0:
        return Meaning(centre, np.eye(width, dtype=np.float32), WEIGHT)
    values, turns = np.linalg.eigh((1 - _SHRINKAGE) * spread + _SHRINKAGE * mean * np.eye(width))
    shape = (turns * (values / mean) ** -_EVENED_OUT) @ turns.T
    return Meaning(centre, shape.astype(np.float32), WEIGHT)


def is_few(labels: NDArray[np.int64]) -> bool:
    return len(labels) <= min(FEW, FEW_A_LABEL * (int(labels.max()) + 1))


def fit_linear(rows: Any, meaning: Floats | None, labels: NDArray[np.int64]) -> Linear:
    """`rows` is a sparse matrix of term features, a line an example."""
    dense, bias = (_fit_few if is_few(labels) else _fit_many)(rows, meaning, labels)
    count = rows.shape[1]
    deep = None if meaning is None else np.ascontiguousarray(dense[count:], np.float32)
    return Linear(np.ascontiguousarray(dense[:count], np.float16), deep, bias.astype(np.float32))


def _fit_few(rows: Any, meaning: Floats | None, labels: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """In the space that the examples themselves span, which is far smaller than that of the terms."""
    every = _beside(rows, meaning)
    alike = (every @ every.T).toarray().astype(np.float64)
    lower = linalg.cholesky(alike + _RIDGE * np.eye(len(labels)), lower=True)
    machine = LogisticRegression(C=FEW_STRENGTH, max_iter=300, tol=1e-4).fit(lower, labels)
    weights, bias = _both_of_two(machine.coef_, machine.intercept_)
    return every.T @ linalg.solve_triangular(lower, weights.T, lower=True, trans="T"), bias


def _fit_many(rows: Any, meaning: Floats | None, labels: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    machine = LinearSVC(C=MANY_STRENGTH, tol=1e-2, random_state=_SEED).fit(_beside(rows, meaning), labels)
    weights, bias = _both_of_two(machine.coef_, machine.intercept_)
    return weights.T, bias


def _beside(rows: Any, meaning: Floats | None) -> Any:
    return rows if meaning is None else sparse.hstack([rows, sparse.csr_matrix(meaning)]).tocsr()


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
