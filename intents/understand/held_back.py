"""How well our own utterances are understood that are held back from learning: as they were typed, and as speech
recognition might have written them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import crm_core
from crm_core.errors import NotFound
from intents.registry import commands
from intents.slot import Heard
from intents.understand import evaluation
from intents.understand.encoder import Encoder
from intents.understand.examples import OUT_OF_SCOPE, Example
from intents.understand.listener import one_of_each_kind
from intents.understand.marks import Marked, read_marks
from intents.understand.masking import masked
from intents.understand.model import Model, Tier
from intents.understand.noise import Noise
from intents.understand.slot_evaluation import SlotQuality, slot_quality
from intents.understand.tagging import Tagger

FOLDER = Path(__file__).parent.parent.parent / "tests" / "intents" / "held_back"


@dataclass(frozen=True, slots=True)
class Understanding:
    """Of one language; `noisy` ones are of the same utterances. Arguments are sought for the command that was meant."""

    intents: evaluation.Quality
    arguments: SlotQuality
    noisy_intents: evaluation.Quality
    noisy_arguments: SlotQuality


def read_held_back(folder: Path = FOLDER) -> dict[str, list[Marked]]:
    """By language. Raises NotFound where this is no checkout."""
    languages = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not languages:
        raise NotFound("nlu.no-examples", folder=str(folder))
    return {path.name: read_marks(path) for path in languages}


def understanding(
    model: Model, encoder: Encoder | None, tagger: Tagger, examples: Sequence[Marked], tier: Tier | None, now: datetime
) -> Understanding:
    heard = everything_shown(now)
    noise = Noise.of(examples)
    noisy = [noise.over(example) for example in examples]
    return Understanding(
        _intents(model, encoder, examples, tier),
        arguments_of(tagger, examples, heard),
        _intents(model, encoder, noisy, tier),
        arguments_of(tagger, noisy, heard),
    )


def arguments_of(tagger: Tagger, examples: Sequence[Marked], heard: Heard) -> SlotQuality:
    return slot_quality(examples, commands(), lambda command, text: tagger.arguments(command, text, heard))


def everything_shown(now: datetime) -> Heard:
    """Where `it` may be a record of any kind."""
    crm_core.load()
    return Heard(now, "EUR", one_of_each_kind())


def _intents(model: Model, encoder: Encoder | None, marked: Sequence[Marked], tier: Tier | None) -> evaluation.Quality:
    examples = [Example(masked(one.text), one.intent) for one in marked]
    return evaluation.quality(examples, evaluation.understood(model, encoder, examples, tier), OUT_OF_SCOPE)
