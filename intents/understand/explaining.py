"""Why a sentence was taken for what it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intents.understand.encoder import Encoder
from intents.understand.model import Guess, Model

MOST_REASONS = 10


@dataclass(frozen=True, slots=True)
class Explanation:
    """`reasons` are what the sentence shows for the best intent, against the mean of all intents, the strongest first;
    `meaning` is what the encoder adds to them. Below `refused_below` nothing is done."""

    guess: Guess
    by_words: Guess
    refused_below: float
    sure_from: float
    reasons: list[tuple[str, float]]
    meaning: float | None


def explain(model: Model, encoder: Encoder | None, text: str) -> Explanation:
    guess = model.guess(text, encoder)
    stage = model.second if guess.tier == 2 and model.second is not None else model.first
    best = model.labels.index(guess.alternatives[0][0])
    columns, values = model.row(text)
    weights = stage.linear.terms[columns] * stage.linear.step[columns, None]
    shown = values * (weights[:, best] - weights.mean(axis=1)) * stage.sharpness
    names = model.features.names()
    order = np.argsort(-shown)[:MOST_REASONS]
    meaning = None
    if guess.tier == 2 and encoder is not None and model.meaning is not None and stage.linear.meaning is not None:
        scores = model.meaning.of(encoder.encode([text]))[0] @ stage.linear.meaning
        meaning = float((scores[best] - scores.mean()) * stage.sharpness)
    return Explanation(
        guess=guess,
        by_words=model.guess(text, tier=1),
        refused_below=stage.refused_below,
        sure_from=model.first.sure_from,
        reasons=[(names[columns[index]], float(shown[index])) for index in order if shown[index] > 0],
        meaning=meaning,
    )
