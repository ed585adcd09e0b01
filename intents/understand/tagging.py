"""Which words of an utterance are which argument of its command: a linear model of tags, run with numpy alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from crm_core.errors import Invalid
from intents.understand.clues import Hashes, clues
from intents.understand.fits import is_telling, widest
from intents.understand.lattice import Lattice, lattice_of
from intents.understand.tags import OUTSIDE, Sought, Tags, stretches
from intents.understand.tokens import Stretch

# Whoever learns needs no records: the process that does starts sooner.
if TYPE_CHECKING:
    from intents.registry import Argument, Command
    from intents.slot import Heard

Weights = NDArray[np.float16] | NDArray[np.float32]
CLOSED = np.float32(-1e4)
_MIX = np.uint32(0x9E3779B1)
_HINT = np.uint32(0x85EBCA6B)
_NUMBERS, _FORMAT = "tagger.npz", "tagger.json"


def places(hashes: Hashes, bits: int) -> Hashes:
    """Where in a table of that many bits the weights stand."""
    return (hashes * _MIX) >> np.uint32(32 - bits)


def emitted(seen: Hashes, hints: Hashes, names: Hashes) -> Hashes:
    """What speaks for and against a tag, a line each: each clue, and the hint, with each of the tag's names."""
    every = np.concatenate([seen, (hints * _HINT)[:, None]], axis=1)
    return (every[:, :, None] ^ names[:, None, :]).reshape(len(seen), -1)


@dataclass(frozen=True, slots=True)
class Tagger:
    """`weights` are a table of two to the power of `bits` numbers."""

    weights: Weights
    bits: int

    def arguments(self, command: Command, text: str, heard: Heard) -> dict[str, str]:
        """The words of each argument as they were said: such as its reader can read."""
        lattice = lattice_of(command.name, sought(command), text)
        chosen = self.found(lattice)
        for number, argument in enumerate(command.arguments):
            tagged = chosen.pop(number, None)
            near = [] if tagged is None else [tagged, *_near(tagged, lattice.fits.get(number, ()))]
            read = next((stretch for stretch in near if _can_read(argument, lattice.said(stretch), heard)), None)
            if read is not None:
                chosen[number] = read
        for number, argument in enumerate(command.arguments):
            if argument.is_required and number not in chosen and is_telling(argument.slot.pattern):
                left = _left(lattice.fits[number], chosen.values())
                if len(left) == 1 and _can_read(argument, lattice.said(left[0]), heard):
                    chosen[number] = left[0]
        return {command.arguments[number].name: lattice.said(stretch) for number, stretch in sorted(chosen.items())}

    def found(self, lattice: Lattice) -> dict[int, Stretch]:
        """Of each argument the likeliest words, none for two."""
        if not len(lattice.tokens):
            return {}
        scores = self._scores(lattice)
        best: dict[int, tuple[float, Stretch]] = {}
        path = self._path(scores, lattice.tags)
        for number, first, behind in stretches(path):
            words = range(first, behind)
            score = float(sum(scores[at, path[at]] - scores[at, OUTSIDE] for at in words))
            if number not in best or score > best[number][0]:
                best[number] = score, (first, behind)
        return {number: stretch for number, (_score, stretch) in best.items()}

    def _scores(self, lattice: Lattice) -> NDArray[np.float32]:
        rows, columns = np.nonzero(lattice.open)
        seen = clues([lattice.tokens.words()])[rows]
        hashes = emitted(seen, lattice.hints[rows, columns], lattice.tags.names[columns])
        scores = np.full(lattice.open.shape, CLOSED, np.float32)
        scores[rows, columns] = self.weights[places(hashes, self.bits)].sum(axis=1, dtype=np.float32)
        return scores

    def _path(self, scores: NDArray[np.float32], tags: Tags) -> Sequence[int]:
        """The likeliest allowed (Viterbi)."""
        steps = self.weights[places(tags.steps, self.bits)].sum(axis=2, dtype=np.float32)
        steps[~tags.allowed] = CLOSED
        best = scores[0]
        ways: list[NDArray[np.intp]] = []
        for line in scores[1:]:
            through = best[:, None] + steps
            way = through.argmax(axis=0)
            ways.append(way)
            best = through[way, np.arange(tags.count)] + line
        path = [int(best.argmax())]
        for way in reversed(ways):
            path.append(int(way[path[-1]]))
        return path[::-1]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(folder / _NUMBERS, weights=self.weights.astype(np.float16))
        (folder / _FORMAT).write_text(json.dumps({"bits": self.bits}), encoding="utf-8")


def load_tagger(folder: Path) -> Tagger:
    """Raises OSError for files that are not there, ValueError or KeyError for such as were cut off."""
    bits = int(json.loads((folder / _FORMAT).read_text(encoding="utf-8"))["bits"])
    try:
        with (folder / _NUMBERS).open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            weights = file["weights"]
    except BadZipFile as error:
        raise ValueError(str(error)) from error
    if weights.shape != (1 << bits,):
        raise ValueError(f"{weights.shape} are no {bits} bits")
    return Tagger(weights, bits)


def sought(command: Command) -> tuple[Sought, ...]:
    return tuple(
        Sought(
            argument.name,
            argument.slot.name,
            None if argument.slot.is_free else argument.slot.pattern,
            argument.is_required,
        )
        for argument in command.arguments
    )


def _can_read(argument: Argument, said: str, heard: Heard) -> bool:
    try:
        argument.slot.read(said, heard)
    except Invalid:
        return False
    return True


def _near(tagged: Stretch, stretches: Sequence[Stretch]) -> list[Stretch]:
    """Those that share words with it, the most alike first."""
    first, behind = tagged
    shared = [stretch for stretch in stretches if stretch[0] < behind and stretch[1] > first and stretch != tagged]
    return sorted(shared, key=lambda stretch: abs(stretch[0] - first) + abs(stretch[1] - behind))


def _left(stretches: Sequence[Stretch], taken: Iterable[Stretch]) -> Sequence[Stretch]:
    """The widest that share no word with what is taken."""
    others = list(taken)
    return widest(
        (first, behind) for first, behind in stretches if all(behind <= begin or first >= end for begin, end in others)
    )
