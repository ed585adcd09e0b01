"""What `offhook nlu train` and `explain` do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from intents.understand import cache
from intents.understand.encoder import load_encoder
from intents.understand.explaining import Explanation
from intents.understand.explaining import explain as _explain
from intents.understand.masking import masked
from intents.understand.orders import Tell
from intents.understand.own_models import own_model, own_name, own_tagger
from webhooks.command_line import show_fault
from webhooks.serve import load_extensions
from webhooks.settings import Settings

_SHOWN = 3


def train(settings: Settings) -> str:
    """Raises CrmError or CompanyFileError."""
    started = time.perf_counter()
    _load_what_was_added(settings)
    with learning_bar("words of arguments") as tell:
        own_tagger(tell)
    with learning_bar("intents") as tell:
        model = own_model(tell)
    tiers = "words and meaning" if model.second is not None else "words alone: the `nlu` extra is not installed"
    return (
        f"{len(model.labels)} intents, by {tiers}: ready after {time.perf_counter() - started:.1f} s.\n"
        f"It lies in {cache.default_folder() / own_name()}"
    )


def explain(settings: Settings, text: str) -> Explanation:
    """Raises CrmError or CompanyFileError."""
    _load_what_was_added(settings)
    with learning_bar() as tell:
        model = own_model(tell)
    return _explain(model, load_encoder(cache.default_folder()), masked(text))


def _load_what_was_added(settings: Settings) -> None:
    """With what the company added; where there is no company file yet, with what is installed."""
    for fault in load_extensions(settings):
        show_fault(f"Left out: {fault}")


@contextmanager
def learning_bar(what: str = "") -> Iterator[Tell]:
    columns = (TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, transient=True, console=Console(stderr=True)) as progress:
        task = progress.add_task(f"Reading {what}", total=None)

        def tell(done: int, of: int) -> None:
            progress.update(
                task, completed=done, total=of, description=f"{'Fitting' if done == of else 'Reading'} {what}"
            )

        yield tell


def as_text(explained: Explanation) -> str:
    guess = explained.guess
    by = "the words alone" if guess.tier == 1 else "words and meaning"
    taken = guess.intent or "nothing we do, or not surely enough"
    lines = [f"{taken} ({guess.confidence:.0%}, by {by}; asked back below {explained.refused_below:.0%})"]
    lines += [f"  {chance:4.0%}  {intent}" for intent, chance in guess.alternatives[:_SHOWN]]
    if guess.tier == 2:
        first = explained.by_words.alternatives[0]
        lines.append(f"By the words alone: {first[0]} ({first[1]:.0%}).")
    lines.append(f"What speaks for {guess.alternatives[0][0]}:")
    if explained.meaning is not None:
        lines.append(f"  {explained.meaning:+6.2f}  the meaning of the whole")
    lines += [f"  {weight:+6.2f}  {term}" for term, weight in explained.reasons]
    return "\n".join(lines)


def as_json(explained: Explanation) -> dict[str, Any]:
    return asdict(explained)
