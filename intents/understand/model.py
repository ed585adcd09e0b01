"""The trained model as it runs: numbers read from two files, scored with numpy alone."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from intents.understand.emphasis import Emphasis
from intents.understand.encoder import Encoder
from intents.understand.features import Features, Row, Terms, cut
from intents.understand.gist import Gist
from intents.understand.opposites import Opposites

Floats = NDArray[np.float32]
Tier = Literal[1, 2]
MOST_ALTERNATIVES = 5
_NUMBERS, _NAMES = "model.npz", "model.json"


@dataclass(frozen=True, slots=True)
class Guess:
    """`intent` is None where the model would rather not say; what comes nearest is in `alternatives`, best first."""

    intent: str | None
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    tier: Tier


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a sentence's vector becomes features. With a shape, the ways in which examples of one intent differ count
    for less."""

    weight: float
    centre: Floats | None = None
    shape: Floats | None = None

    def of(self, vectors: Floats) -> Floats:
        if self.centre is None or self.shape is None:
            return vectors * np.float32(self.weight)
        turned = (vectors - self.centre) @ self.shape
        lengths = np.sqrt(np.einsum("ij,ij->i", turned, turned))
        return np.asarray(turned * (self.weight / np.maximum(lengths, 1e-6))[:, None], np.float32)


@dataclass(frozen=True, slots=True)
class Linear:
    """One score a label. Of `terms` a line a term, in steps of `step` of its own: what is lost is far below what the
    scores differ by, and it is a quarter of the memory."""

    terms: NDArray[np.int8]
    step: Floats
    meaning: Floats | None
    bias: Floats

    @classmethod
    def of(cls, terms: NDArray[Any], meaning: Floats | None, bias: Floats) -> Linear:
        step = np.abs(terms).max(axis=1) / 127
        step[step == 0] = 1
        return cls(np.round(terms / step[:, None]).astype(np.int8), step.astype(np.float32), meaning, bias)

    def scores(self, row: Row, meaning: Floats | None) -> Floats:
        columns, values = row
        found = self.bias + (values * self.step[columns]) @ self.terms[columns].astype(np.float32)
        return found if meaning is None or self.meaning is None else found + meaning @ self.meaning


@dataclass(frozen=True, slots=True)
class Stage:
    """A classifier and how far to trust it. Below `refused_below` it says nothing; from `sure_from` it needs nobody."""

    linear: Linear
    sharpness: float
    refused_below: float
    sure_from: float

    def chances(self, row: Row, meaning: Floats | None) -> Floats:
        scores = self.linear.scores(row, meaning) * self.sharpness
        raised = np.exp(scores - scores.max())
        return np.asarray(raised / raised.sum(), np.float32)


@dataclass(frozen=True, slots=True)
class Model:
    labels: list[str]
    out_of_scope: str | None
    features: Features
    meaning: Meaning | None
    first: Stage
    second: Stage | None
    emphasis: Emphasis | None = None
    # One sentence at a time: two threads would take the interpreter from each other in the middle of it, and then wait
    # ten times as long as the work takes.
    _turn: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)

    def row(self, text: str) -> Row:
        plain = cut(text)
        return self.features.row(plain if self.emphasis is None else self.emphasis.of(plain))

    def guess(self, text: str, encoder: Encoder | None = None, tier: Tier | None = None) -> Guess:
        """By the first tier where that is sure, else by both; `tier` asks for the answer of one."""
        deep = self.second if encoder is not None and self.meaning is not None else None
        with self._turn:
            row = self.row(text)
            if tier != 2 or deep is None:
                quick = self._guess(self.first, 1, self.first.chances(row, None))
                if tier == 1 or deep is None or (quick.intent is not None and quick.confidence >= self.first.sure_from):
                    return quick
        assert encoder is not None and self.meaning is not None
        meaning = self.meaning.of(encoder.encode([text]))[0]
        return self._guess(deep, 2, deep.chances(row, meaning))

    def _guess(self, stage: Stage, tier: Tier, chances: Floats) -> Guess:
        order = np.argsort(-chances)[: MOST_ALTERNATIVES + 1]
        ranked = [(self.labels[index], float(chances[index])) for index in order]
        named = tuple(one for one in ranked if one[0] != self.out_of_scope)[:MOST_ALTERNATIVES]
        intent, confidence = named[0]
        refused = confidence < stage.refused_below or ranked[0][0] == self.out_of_scope
        return Guess(None if refused else intent, confidence, named, tier)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        stages = {"first": self.first, "second": self.second}
        words, pieces = self.features.words, self.features.pieces
        arrays: dict[str, Any] = {"word_rarity": words.rarity, "piece_rarity": pieces.rarity}
        told: dict[str, Any] = {
            "labels": self.labels,
            "out_of_scope": self.out_of_scope,
            "words": list(words.columns),
            "pieces": list(pieces.columns),
        }
        for name, stage in stages.items():
            if stage is not None:
                arrays |= {
                    f"{name}_terms": stage.linear.terms,
                    f"{name}_step": stage.linear.step,
                    f"{name}_bias": stage.linear.bias,
                }
                told[name] = [stage.sharpness, stage.refused_below, stage.sure_from]
                if stage.linear.meaning is not None:
                    arrays[f"{name}_meaning"] = stage.linear.meaning
        if self.emphasis is not None:
            for name, part in (("gist", self.emphasis.gist), ("turn", self.emphasis.opposites)):
                if part is not None:
                    arrays[name] = part.weights.astype(np.float16)
                    told[name] = part.bias
        if self.meaning is not None:
            told["weight"] = self.meaning.weight
            if self.meaning.centre is not None and self.meaning.shape is not None:
                arrays |= {"centre": self.meaning.centre, "shape": self.meaning.shape}
        np.savez(folder / _NUMBERS, **arrays)
        (folder / _NAMES).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def load_model(folder: Path) -> Model:
    """Raises OSError for files that are not there, ValueError or KeyError for such as were cut off."""
    told = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
    try:
        with (folder / _NUMBERS).open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except BadZipFile as error:
        raise ValueError(str(error)) from error
    features = Features(
        Terms(_columns(told["words"]), arrays["word_rarity"]), Terms(_columns(told["pieces"]), arrays["piece_rarity"])
    )
    meaning = Meaning(told["weight"], arrays.get("centre"), arrays.get("shape")) if "weight" in told else None
    first = _stage("first", told, arrays)
    second = _stage("second", told, arrays) if "second" in told else None
    return Model(told["labels"], told["out_of_scope"], features, meaning, first, second, _emphasis(told, arrays))


def _emphasis(told: dict[str, Any], arrays: dict[str, Any]) -> Emphasis | None:
    if "gist" not in told:
        return None
    turn = Opposites(arrays["turn"].astype(np.float32), told["turn"]) if "turn" in told else None
    return Emphasis(Gist(arrays["gist"].astype(np.float32), told["gist"]), turn)


def _columns(names: list[str]) -> dict[str, int]:
    return {name: column for column, name in enumerate(names)}


def _stage(name: str, told: dict[str, Any], arrays: dict[str, Any]) -> Stage:
    linear = Linear(
        arrays[f"{name}_terms"], arrays[f"{name}_step"], arrays.get(f"{name}_meaning"), arrays[f"{name}_bias"]
    )
    return Stage(linear, *told[name])
