"""Learning a model from examples."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from intents.understand import trust
from intents.understand.emphasising import learn_emphasis
from intents.understand.encoder import WIDTH, Encoder, load_encoder
from intents.understand.examples import Example
from intents.understand.features import Features, cut
from intents.understand.fitting import FEW, alike, as_matrix, fit_few, fit_many, fit_meaning, is_few
from intents.understand.model import Floats, Linear, Meaning, Model, Stage
from intents.understand.orders import Order, Tell, silent

_SEED = 0
# Up to so many examples each is held out in turn, a third at a time; of more one third, of many every fifth.
_SOME, _MANY = 600, 2000
_ENCODED_AT_ONCE = 64
_CORES = 2
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_HUMPS = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])|[\W_]+")


@dataclass(frozen=True, slots=True)
class _Seen:
    """Utterances as the classifiers see them; `labels` are columns, -1 for a label that was never learnt.

    `common` is there where they are few: parts of few examples are learnt from as few are, too.
    """

    rows: Any
    vectors: Floats | None
    labels: NDArray[np.int64]
    common: Floats | None = None
    emphasised: bool = False

    def of(self, which: NDArray[np.int64]) -> _Seen:
        vectors = None if self.vectors is None else self.vectors[which]
        common = None if self.common is None else self.common[np.ix_(which, which)]
        return replace(self, rows=self.rows[which], vectors=vectors, labels=self.labels[which], common=common)


@dataclass(frozen=True, slots=True)
class _Fitted:
    meaning: Meaning | None
    first: Linear
    second: Linear | None


def train(order: Order, tell: Tell = silent, encoder: Encoder | None = None) -> Model:
    """The encoder is loaded where it is wanted and not handed in."""
    examples, held_out, out_of_scope = order.examples, order.held_out, order.out_of_scope
    labels = sorted({example.intent for example in examples})
    encoder = encoder or load_encoder() if order.with_encoder else None
    # The name of an intent says what it is about: of few examples, one of the best.
    named = [Example(_spoken(label), label) for label in labels if label != out_of_scope and _LETTERS.search(label)]
    taught = [*examples, *named]
    emphasis, texts = learn_emphasis(taught, order.opposites)
    # Where values are known, words that stand in one example alone are mostly theirs.
    features = Features.seen_in(texts, least=2 if emphasis is not None and len(texts) > FEW else 1)
    total = len(taught) + len(held_out)
    seen = _see(taught, texts, labels, features, encoder, lambda done: tell(done, total))
    seen = replace(seen, emphasised=emphasis is not None)
    if is_few(seen.labels):
        seen = replace(seen, common=alike(seen.rows))
    parts = [] if held_out else list(_in_turn(seen, len(examples)))
    with ThreadPoolExecutor(_CORES) as threads:
        fitted, *others = threads.map(_fit, [seen, *(taught_part for taught_part, _left_out in parts)])
    tested = [(other, left_out) for other, (_taught_part, left_out) in zip(others, parts, strict=True)]
    if held_out:
        plain = [cut(example.text) for example in held_out]
        said = plain if emphasis is None else list(map(emphasis.of, plain))
        unseen = _see(held_out, said, labels, features, encoder, lambda done: tell(len(taught) + done, total))
        tested = [(fitted, unseen.of(np.flatnonzero(unseen.labels >= 0)))]
    stranger = labels.index(out_of_scope) if out_of_scope in labels else None
    first, second = _stages(fitted, tested, stranger)
    return Model(labels, out_of_scope, features, fitted.meaning, first, second, emphasis)


def _spoken(label: str) -> str:
    """`turn on` of `TurnOn`, `turn_on` and `turn.on`."""
    return " ".join(part for part in _HUMPS.split(label) if part).lower()


def _see(
    examples: Sequence[Example],
    texts: Sequence[str],
    labels: list[str],
    features: Features,
    encoder: Encoder | None,
    tell: Callable[[int], None],
) -> _Seen:
    columns = {label: column for column, label in enumerate(labels)}
    rows = as_matrix([features.row(text) for text in texts], features.count)
    learnt = np.array([columns.get(example.intent, -1) for example in examples], dtype=np.int64)
    if encoder is None:
        tell(len(examples))
        return _Seen(rows, None, learnt)
    vectors = np.empty((len(examples), WIDTH), np.float32)
    starts = range(0, len(examples), _ENCODED_AT_ONCE)
    batches = [[example.text for example in examples[start : start + _ENCODED_AT_ONCE]] for start in starts]
    with ThreadPoolExecutor(_CORES) as threads:
        for start, found in zip(starts, threads.map(encoder.encode, batches), strict=True):
            vectors[start : start + len(found)] = found
            tell(start + len(found))
    return _Seen(rows, vectors, learnt)


def _fit(seen: _Seen) -> _Fitted:
    first = _fit_linear(seen, None)
    if seen.vectors is None:
        return _Fitted(None, first, None)
    meaning = fit_meaning(seen.vectors, seen.labels, few=seen.common is not None, emphasised=seen.emphasised)
    return _Fitted(meaning, first, _fit_linear(seen, meaning.of(seen.vectors)))


def _fit_linear(seen: _Seen, meaning: Floats | None) -> Linear:
    if seen.common is None:
        return fit_many(seen.rows, meaning, seen.labels, emphasised=seen.emphasised)
    return fit_few(seen.rows, seen.common, meaning, seen.labels)


def _in_turn(seen: _Seen, examples: int) -> Iterator[tuple[_Seen, _Seen]]:
    """All but a part, and that part. What comes after the examples, the names of the
    intents, is always taught, so that every label is."""
    folds = 5 if examples > _MANY else 3
    part = _parts(seen.labels[:examples], folds)
    for fold in range(1 if examples > _SOME else folds):
        left_out = np.flatnonzero(part == fold)
        taught = np.concatenate([np.flatnonzero(part != fold), np.arange(examples, len(seen.labels))])
        if len(left_out) and set(seen.labels[taught].tolist()) == set(seen.labels.tolist()):
            yield seen.of(taught), seen.of(left_out)


def _parts(labels: NDArray[np.int64], folds: int) -> NDArray[np.int64]:
    """Each label's examples dealt out evenly, and the remainders too."""
    order = np.random.default_rng(_SEED).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    part = np.empty(len(labels), np.int64)
    part[order] = np.arange(len(labels)) % folds
    return part


def _stages(fitted: _Fitted, tested: list[tuple[_Fitted, _Seen]], stranger: int | None) -> tuple[Stage, Stage | None]:
    truth = np.concatenate([seen.labels for _model, seen in tested]) if tested else np.zeros(0, np.int64)
    if not len(truth):
        return Stage(fitted.first, 1, 0, trust.NEVER), _untested(fitted.second)
    first_scores = np.concatenate([_scores(model.first, None, seen) for model, seen in tested])
    first, first_judged = _stage(fitted.first, first_scores, truth, stranger)
    if fitted.second is None:
        return first, None
    second_scores = np.concatenate(
        [_scores(model.second or model.first, model.meaning, seen) for model, seen in tested]
    )
    second, second_judged = _stage(fitted.second, second_scores, truth, stranger)
    sure = trust.sure_from(first_judged, second_judged)
    return Stage(first.linear, first.sharpness, first.refused_below, sure), second


def _untested(linear: Linear | None) -> Stage | None:
    return None if linear is None else Stage(linear, 1, 0, trust.NEVER)


def _stage(
    linear: Linear, scores: Floats, truth: NDArray[np.int64], stranger: int | None
) -> tuple[Stage, trust.Judged]:
    factor = trust.sharpness(scores, truth)
    raised = np.exp((scores - scores.max(axis=1, keepdims=True)) * factor)
    judged = trust.judge(raised / raised.sum(axis=1, keepdims=True), truth, stranger)
    return Stage(linear, factor, trust.refused_below(judged), trust.NEVER), judged


def _scores(linear: Linear, meaning: Meaning | None, seen: _Seen) -> Floats:
    found = (seen.rows @ sparse.diags(linear.step)) @ linear.terms.astype(np.float32) + linear.bias
    if meaning is not None and linear.meaning is not None and seen.vectors is not None:
        found = found + meaning.of(seen.vectors) @ linear.meaning
    return np.asarray(found, np.float32)
