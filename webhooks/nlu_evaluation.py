"""What `offhook nlu evaluate` does: learn from one split of a file, be judged by another."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from crm_core.errors import Invalid, Refused
from intents.understand import cache, evaluation
from intents.understand.encoder import load_encoder
from intents.understand.examples import Example, read_table, split_of
from intents.understand.model import Tier, load_model
from intents.understand.orders import Order, has_encoder
from webhooks.nlu import learning_bar

TIERS: dict[str | None, Tier | None] = {None: None, "1": 1, "2": 2}
USUAL_OOS_LABEL = "oos"
_MOST_CONFUSIONS = 15


@dataclass(frozen=True, slots=True)
class Splits:
    train: str
    test: str
    val: str | None


@dataclass(frozen=True, slots=True)
class Report:
    quality: evaluation.Quality
    speed: evaluation.Speed
    train_seconds: float
    load_seconds: float
    resident_megabytes: float | None

    def figures(self) -> dict[str, float | None]:
        every = {
            "accuracy": self.quality.accuracy,
            "oos_recall": self.quality.oos_recall,
            "auroc": self.quality.auroc,
            "train_s": self.train_seconds,
            "load_s": self.load_seconds,
            "p50_ms": self.speed.p50_ms,
            "p99_ms": self.speed.p99_ms,
            "rss_mb": self.resident_megabytes,
        }
        return {name: None if value is None else round(value, 4) for name, value in every.items()}


def evaluate(file: Path, splits: Splits, oos_label: str | None, tier: Tier | None) -> Report:
    """Learns as the product does, in a process of its own, and reads what that wrote. Raises CrmError."""
    order, test, stranger = _read(file, splits, oos_label, tier)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        with learning_bar() as tell:
            cache.learn(order, Path(folder) / "model", tell)
        learnt = time.perf_counter()
        model = load_model(Path(folder) / "model")
        encoder = load_encoder(cache.default_folder()) if order.with_encoder else None
        if encoder is not None:
            encoder.encode([test[0].text])
        loaded = time.perf_counter()
    columns = (TextColumn("Asking    "), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, transient=True, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=len(test))
        guesses = evaluation.understood(model, encoder, test, tier, lambda done: progress.update(task, completed=done))
    return Report(
        quality=evaluation.quality(test, guesses, stranger),
        speed=evaluation.speed(model, encoder, test, tier),
        train_seconds=learnt - started,
        load_seconds=loaded - learnt,
        resident_megabytes=evaluation.resident_megabytes(),
    )


def _read(
    file: Path, splits: Splits, oos_label: str | None, tier: Tier | None
) -> tuple[Order, list[Example], str | None]:
    table = read_table(file)
    taught, test = split_of(table, splits.train), split_of(table, splits.test)
    held_out = split_of(table, splits.val) if splits.val is not None else []
    if splits.test in {splits.train, splits.val}:
        raise Invalid("nlu.test-is-taught", split=splits.test)
    intents = {example.intent for example in [*taught, *test]}
    if oos_label is not None and oos_label not in intents:
        raise Invalid("nlu.no-oos", label=oos_label, train=splits.train, test=splits.test)
    stranger = oos_label or (USUAL_OOS_LABEL if USUAL_OOS_LABEL in intents else None)
    with_encoder = tier != 1 and has_encoder()
    if tier == 2 and not with_encoder:
        raise Refused("nlu.encoder-missing")
    return Order(taught, held_out, stranger, with_encoder), test, stranger


def print_report(report: Report) -> None:
    """The figures, then what was taken for what."""
    figures = Table(box=SIMPLE, show_header=False)
    for name, value in report.figures().items():
        figures.add_row(name, "–" if value is None else f"{value:,.4g}")
    confusions = Table("meant", "taken for", "times", box=SIMPLE)
    for meant, taken, count in report.quality.confusions[:_MOST_CONFUSIONS]:
        confusions.add_row(meant, taken, str(count))
    console = Console(highlight=False)
    console.print(figures)
    if report.quality.confusions:
        console.print(confusions)
