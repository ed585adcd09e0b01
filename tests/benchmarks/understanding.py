"""What it costs to learn how people speak, and to understand them; measured in a process that does nothing else."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import crm_core
from intents.registry import commands
from intents.samples import filled
from intents.understand import cache, evaluation
from intents.understand.encoder import Encoder, load_encoder
from intents.understand.examples import Example
from intents.understand.model import load_model
from intents.understand.orders import Order
from tests.benchmarks.names import PhoneBook
from tests.benchmarks.row import Row
from tests.benchmarks.times import Times

LEARNT = 1000
ASKED = 500


async def measure(tell: Callable[[str], None]) -> list[Row]:
    return await asyncio.to_thread(_measure, tell)


def _measure(tell: Callable[[str], None]) -> list[Row]:
    order = Order(sayings(LEARNT))
    with tempfile.TemporaryDirectory() as name:
        model = Path(name) / "model"
        tell("learning")
        started = time.perf_counter()
        cache.learn(order, model)
        learnt = time.perf_counter() - started
        tell("asking")
        told = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.understanding", str(model)],
            capture_output=True,
            check=True,
        )
    figures = json.loads(told.stdout)
    return [Row("learn-1,000-examples", learnt, "s"), *(Row(**figure) for figure in figures)]


def sayings(count: int) -> list[Example]:
    """Every command's own examples, now about this person, now about that one."""
    crm_core.load()
    book = PhoneBook()
    templates = [
        Example(filled(template, language), command.name)
        for command in commands().values()
        for language, texts in command.examples.items()
        for template in texts
    ]
    chosen = itertools.islice(itertools.cycle(templates), count)
    return [Example(f"{one.text} {book.family()}", one.intent) for one in chosen]


def _alone(folder: Path) -> list[Row]:
    """The encoder itself is the baseline of both tiers together."""
    started = time.perf_counter()
    model, encoder = load_model(folder), load_encoder(folder)
    assert encoder is not None
    encoder.encode(["warm"])
    loaded = time.perf_counter() - started
    asked = sayings(ASKED)
    words = evaluation.speed(model, encoder, asked, 1)
    both = evaluation.speed(model, encoder, asked, 2)
    bare = _bare(encoder, asked)
    return [
        Row("understanding-ready", loaded, "s"),
        Row("understand by words", words.p50_ms, "ms p50, 2 at once"),
        Row("understand by words", words.p99_ms, "ms p99, 2 at once"),
        Row("understand by meaning", both.p50_ms, "ms p50, 2 at once", bare.p50, both.p50_ms / bare.p50),
        Row("understand by meaning", both.p99_ms, "ms p99, 2 at once", bare.p99, both.p99_ms / bare.p99),
        Row("memory with understanding", evaluation.resident_megabytes() or 0, "MB"),
    ]


def _bare(encoder: Encoder, asked: list[Example]) -> Times:
    times = Times()
    for example in asked:
        started = time.perf_counter()
        encoder.encode([example.text])
        times.each.append((time.perf_counter() - started) * 1000)
    return times


if __name__ == "__main__":
    print(json.dumps([asdict(row) for row in _alone(Path(sys.argv[1]))]))
