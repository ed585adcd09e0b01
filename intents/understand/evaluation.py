"""How well a model understands a split that it never saw."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from intents.understand.encoder import Encoder
from intents.understand.examples import Example
from intents.understand.model import Guess, Model, Tier

ASKING_AT_ONCE = 2
_TIMED = 2000
_WARM_UP = 50
_NOWHERE = "–"


@dataclass(frozen=True, slots=True)
class Quality:
    """`oos_recall` and `auroc` where the split has utterances out of scope. `confusions` are what was meant, what was
    understood and how often, the most frequent first."""

    accuracy: float
    oos_recall: float | None
    auroc: float | None
    confusions: list[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Speed:
    p50_ms: float
    p99_ms: float


def understood(
    model: Model,
    encoder: Encoder | None,
    examples: Sequence[Example],
    tier: Tier | None,
    tell: Callable[[int], None] = lambda _done: None,
) -> list[Guess]:
    guesses = []
    for done, example in enumerate(examples, 1):
        guesses.append(model.guess(example.text, encoder, tier))
        tell(done)
    return guesses


def quality(examples: Sequence[Example], guesses: Sequence[Guess], out_of_scope: str | None) -> Quality:
    """Where the data know nothing out of scope, there is nothing to refuse, and the best intent counts."""
    is_stranger = np.array([example.intent == out_of_scope for example in examples])
    said = [guess.intent if out_of_scope else guess.alternatives[0][0] for guess in guesses]
    right = np.array([answer == example.intent for answer, example in zip(said, examples, strict=True)])
    refused = np.array([answer is None for answer in said])
    confidence = np.array([guess.confidence for guess in guesses])
    return Quality(
        accuracy=float(right[~is_stranger].mean()) if not is_stranger.all() else 0.0,
        oos_recall=float(refused[is_stranger].mean()) if is_stranger.any() else None,
        auroc=auroc(confidence[~is_stranger], confidence[is_stranger]),
        confusions=_confusions(examples, said, out_of_scope),
    )


def auroc(of_orders: np.ndarray, of_strangers: np.ndarray) -> float | None:
    """How often an order has more confidence than a stranger's sentence; an equal one counts half."""
    if not len(of_orders) or not len(of_strangers):
        return None
    ranked = np.sort(of_strangers)
    below = np.searchsorted(ranked, of_orders, side="left")
    not_above = np.searchsorted(ranked, of_orders, side="right")
    return float((below + not_above).mean() / 2 / len(ranked))


def _confusions(
    examples: Sequence[Example], said: Sequence[str | None], out_of_scope: str | None
) -> list[tuple[str, str, int]]:
    pairs = Counter(
        (example.intent, answer or out_of_scope or _NOWHERE)
        for example, answer in zip(examples, said, strict=True)
        if example.intent != (answer or out_of_scope)
    )
    return [(meant, taken, count) for (meant, taken), count in pairs.most_common()]


def speed(model: Model, encoder: Encoder | None, examples: Sequence[Example], tier: Tier | None) -> Speed:
    """Of an utterance, with two threads asking."""
    texts = [example.text for example in examples[:_TIMED]]
    for text in texts[:_WARM_UP]:
        model.guess(text, encoder, tier)
    each: list[list[float]] = [[] for _thread in range(ASKING_AT_ONCE)]

    def ask(times: list[float], offset: int) -> None:
        for index in range(len(texts)):
            started = time.perf_counter()
            model.guess(texts[(index + offset) % len(texts)], encoder, tier)
            times.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=ask, args=(times, len(texts) // 2 * at)) for at, times in enumerate(each)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    p50, p99 = np.percentile(np.concatenate(each), [50, 99])
    return Speed(float(p50), float(p99))


def resident_megabytes() -> float | None:
    """Of this process; None where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kilobytes) / 1024
