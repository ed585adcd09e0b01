"""What `offhook nlu evaluate` does without a file: how well our own utterances are understood."""

from __future__ import annotations

from datetime import datetime

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from crm_core.errors import Refused
from intents.understand import cache
from intents.understand.encoder import load_encoder
from intents.understand.held_back import Understanding, read_held_back, understanding
from intents.understand.model import Tier
from intents.understand.orders import has_encoder
from intents.understand.own_models import own_model, own_tagger
from webhooks.nlu import learning_bar


def evaluate(tier: Tier | None, now: datetime) -> dict[str, Understanding]:
    """By language. Raises CrmError."""
    if tier == 2 and not has_encoder():
        raise Refused("nlu.encoder-missing")
    held_back = read_held_back()
    with learning_bar() as tell:
        model = own_model(tell)
    with learning_bar() as tell:
        tagger = own_tagger(tell)
    encoder = load_encoder(cache.default_folder()) if tier != 1 else None
    return {
        language: understanding(model, encoder, tagger, examples, tier, now) for language, examples in held_back.items()
    }


def figures(found: dict[str, Understanding]) -> dict[str, dict[str, float | None]]:
    return {language: _figures(one) for language, one in found.items()}


def _figures(found: Understanding) -> dict[str, float | None]:
    every = {
        "accuracy": found.intents.accuracy,
        "oos_recall": found.intents.oos_recall,
        "slot_f1": found.arguments.f1,
        "slot_precision": found.arguments.precision,
        "slot_recall": found.arguments.recall,
        "noisy_accuracy": found.noisy_intents.accuracy,
        "noisy_oos_recall": found.noisy_intents.oos_recall,
        "noisy_slot_f1": found.noisy_arguments.f1,
    }
    return {name: None if value is None else round(value, 4) for name, value in every.items()}


def print_report(found: dict[str, Understanding]) -> None:
    table = Table("", *found, box=SIMPLE)
    by_language = figures(found)
    names = next(iter(by_language.values()))
    for name in names:
        values = [each[name] for each in by_language.values()]
        table.add_row(name, *("–" if value is None else f"{value:.2%}" for value in values))
    Console(highlight=False).print(table)
