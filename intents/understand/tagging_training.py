"""Learning which words are which argument. Runs as a process of its own (`python -m
intents.understand.tagging_training`), as the learning of intents does."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intents.understand.clues import Hashes, clues
from intents.understand.handed import handed_order
from intents.understand.lattice import Lattice, lattice_of
from intents.understand.marks import Marked
from intents.understand.noise import Noise
from intents.understand.orders import Tell, silent
from intents.understand.tagging import CLOSED, Tagger, emitted, places
from intents.understand.tagging_orders import TaggingOrder
from intents.understand.tags import OUTSIDE, Part, tag

Floats = NDArray[np.float32]
BITS = 21
EPOCHS = 2
RATE = 0.15
AT_ONCE = 128
_SEED = 0
_TINY = 1e-3


@dataclass(frozen=True, slots=True)
class _Batch:
    """Sentences about as long, and as many tags: `rows` are the words of all of them, one behind the other.

    `cells` are the sentence, place and tag of each line of `emitted`; `truth` is the tag of each word.
    """

    emitted: Hashes
    cells: tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]
    steps: Hashes
    step_cells: tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]
    lengths: NDArray[np.intp]
    truth: NDArray[np.intp]
    tags: int


def train(
    order: TaggingOrder, tell: Tell = silent, *, epochs: int = EPOCHS, rate: float = RATE, bits: int = BITS
) -> Tagger:
    """Of every example as it was typed, and as speech recognition might have written it."""
    lattices: list[tuple[Lattice, NDArray[np.intp]]] = []
    noise = Noise.of(order.examples)
    taught = [*order.examples, *map(noise.over, order.examples)]
    for done, example in enumerate(taught, 1):
        lattice = lattice_of(example.intent, order.arguments[example.intent], example.text)
        if len(lattice.tokens):
            lattices.append((lattice, _truth(example, lattice, [one.name for one in order.arguments[example.intent]])))
        if done % 100 == 0:
            tell(done, len(taught))
    batches = [_batch(part, bits) for part in _alike(lattices)]
    weights = np.zeros(1 << bits, np.float32)
    squares = np.full(1 << bits, 1e-2, np.float32)
    slope = np.zeros(1 << bits, np.float32)
    dice = np.random.default_rng(_SEED)
    for _epoch in range(epochs):
        for number in dice.permutation(len(batches)):
            _learn(batches[number], weights, squares, slope, rate)
    tell(len(taught), len(taught))
    return Tagger(weights.astype(np.float16), bits)


def _truth(example: Marked, lattice: Lattice, names: Sequence[str]) -> NDArray[np.intp]:
    """What no pattern fits cannot be found, and is outside."""
    truth = np.full(len(lattice.tokens), OUTSIDE, np.intp)
    for span in example.spans:
        stretch = lattice.tokens.over(span.start, span.end)
        if stretch is None or span.argument not in names:
            continue
        first, behind = stretch
        number = names.index(span.argument)
        inner = behind - first - 2
        parts = [Part.SINGLE] if inner < 0 else [Part.BEGIN, *[Part.INSIDE] * inner, Part.END]
        tags = [tag(number, part) for part in parts]
        if lattice.open[range(first, behind), tags].all() and not truth[first:behind].any():
            truth[first:behind] = tags
    return truth


def _alike(
    lattices: list[tuple[Lattice, NDArray[np.intp]]],
) -> Iterator[list[tuple[Lattice, NDArray[np.intp]]]]:
    dice = np.random.default_rng(_SEED)
    sizes = [lattice.tags.count * 100 + len(lattice.tokens) * 100 + dice.random() * 500 for lattice, _truth in lattices]
    ranked = np.argsort(sizes)
    for start in range(0, len(ranked), AT_ONCE):
        yield [lattices[number] for number in ranked[start : start + AT_ONCE]]


def _batch(part: Sequence[tuple[Lattice, NDArray[np.intp]]], bits: int) -> _Batch:
    seen = clues([lattice.tokens.words() for lattice, _truth in part])
    lengths = np.array([len(lattice.tokens) for lattice, _truth in part], np.intp)
    longest, most = int(lengths.max()), max(lattice.tags.count for lattice, _truth in part)
    starts = np.cumsum(lengths) - lengths
    truth = np.zeros((len(part), longest), np.intp)
    lines, hints, names, cells, steps, step_cells = [], [], [], [], [], []
    for number, (lattice, tagged) in enumerate(part):
        rows, columns = np.nonzero(lattice.open)
        lines.append(rows + starts[number])
        hints.append(lattice.hints[rows, columns])
        names.append(lattice.tags.names[columns])
        cells.append((np.full(len(rows), number), rows, columns))
        before, behind = np.nonzero(lattice.tags.allowed)
        steps.append(lattice.tags.steps[before, behind])
        step_cells.append((np.full(len(before), number), before, behind))
        truth[number, : len(tagged)] = tagged
    hashes = emitted(seen[np.concatenate(lines)], np.concatenate(hints), np.concatenate(names))
    return _Batch(
        emitted=places(hashes, bits),
        cells=_joined(cells),
        steps=places(np.concatenate(steps), bits),
        step_cells=_joined(step_cells),
        lengths=lengths,
        truth=truth,
        tags=most,
    )


def _joined(
    cells: Sequence[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    first, second, third = (np.concatenate(column) for column in zip(*cells, strict=True))
    return first, second, third


def _learn(batch: _Batch, weights: Floats, squares: Floats, slope: Floats, rate: float) -> None:
    """A step downhill (AdaGrad) of how surprising what was marked is (a conditional random field)."""
    shape = (len(batch.lengths), batch.truth.shape[1], batch.tags)
    scores = np.full(shape, CLOSED, np.float32)
    scores[batch.cells] = weights[batch.emitted].sum(axis=1)
    steps = np.full((shape[0], batch.tags, batch.tags), CLOSED, np.float32)
    steps[batch.step_cells] = weights[batch.steps].sum(axis=1)
    tags, moves = _chances(scores, steps, batch.lengths)
    sentence, place = np.nonzero(np.arange(shape[1]) < batch.lengths[:, None])
    tags[sentence, place, batch.truth[sentence, place]] -= 1
    sentence, place = np.nonzero(np.arange(1, shape[1]) < batch.lengths[:, None])
    np.subtract.at(moves, (sentence, batch.truth[sentence, place], batch.truth[sentence, place + 1]), 1)
    touched: list[Hashes] = []
    for wrong, at in ((tags[batch.cells], batch.emitted), (moves[batch.step_cells], batch.steps)):
        much = np.abs(wrong) > _TINY
        columns = at[much]
        np.add.at(slope, columns.ravel(), np.repeat(wrong[much], columns.shape[1]))
        touched.append(columns.ravel())
    # The same column comes again and again, and each time the same is written.
    columns = np.concatenate(touched)
    down = slope[columns]
    grown = squares[columns] + down * down
    moved = weights[columns] - rate * down / np.sqrt(grown)
    squares[columns], weights[columns], slope[columns] = grown, moved, 0


def _chances(scores: Floats, steps: Floats, lengths: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Of each tag at each place, and of each step in each sentence (forward and backward)."""
    count, longest, tags = scores.shape
    forward, backward = np.empty_like(scores), np.zeros_like(scores)
    forward[:, 0] = scores[:, 0]
    goes_on = np.arange(longest) < lengths[:, None]
    for at in range(1, longest):
        reached = _summed(forward[:, at - 1, :, None] + steps, 1) + scores[:, at]
        forward[:, at] = np.where(goes_on[:, at, None], reached, forward[:, at - 1])
    total = _summed(forward[:, -1], 1)
    moves = np.zeros((count, tags, tags), np.float32)
    for at in range(longest - 2, -1, -1):
        behind = (scores[:, at + 1] + backward[:, at + 1])[:, None, :] + steps
        on = goes_on[:, at + 1]
        backward[:, at] = np.where(on[:, None], _summed(behind, 2), 0)
        chance = np.exp(np.minimum(forward[:, at, :, None] + behind - total[:, None, None], 0))
        moves += np.where(on[:, None, None], chance, 0)
    return np.exp(np.minimum(forward + backward - total[:, None, None], 0)), moves


def _summed(scores: Floats, axis: int) -> Floats:
    """The logarithm of the sum of what they are logarithms of."""
    most = scores.max(axis=axis, keepdims=True)
    return np.asarray((np.log(np.exp(scores - most).sum(axis=axis, keepdims=True)) + most).squeeze(axis), np.float32)


def main() -> None:
    """The order comes on the standard input; `done of` goes out, a line a step."""
    order = TaggingOrder.read(handed_order())
    train(order, lambda done, of: print(done, of, flush=True)).save(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
