"""nlu.yml: the same training data that the embedded understanding learns from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intents import extensions
from intents.rasa import names
from intents.rasa.domain import VERSION
from intents.rasa.yaml_files import Lines
from intents.reading import NOUNS
from intents.registry import Command, commands
from intents.understand import examples
from intents.understand.examples import TRAINING
from intents.understand.grammar import plain

# What ends a question instead of answering it.
_CANCELLING = {
    "en": ["cancel", "cancel that", "never mind", "stop it", "forget it", "please cancel", "leave it"],
    "de": ["abbrechen", "abbruch", "vergiss es", "egal", "brich das ab", "bitte abbrechen", "lass es"],
}
# A reference says itself what it is of: Rasa's features may see that, too.
_REFERENCES = {"ticket": "T", "deal": "D", "contact": "C", "quote": "Q", "task": "TASK", "call": "CALL", "project": "P"}


def nlu(languages: Sequence[str], training: Path = TRAINING) -> dict[str, Any]:
    """With what a company added. Raises as `read_marked` does."""
    shown: dict[str, list[str]] = {name: [] for name in commands()}
    folders = [training / language for language in languages if (training / language).is_dir()]
    ours = [example for folder in folders for example in examples.read_marked(folder)]
    for example in (*ours, *extensions.taught()):
        shown.setdefault(example.intent, []).append(example.text)
    untaught = [command for command in commands().values() if not shown[command.name]]
    for command in untaught:
        shown[command.name] = _bare(command, languages)
    shown[names.CANCEL] = [text for language in languages for text in _CANCELLING.get(language, ())]
    blocks = [{"intent": intent, "examples": Lines(dict.fromkeys(texts))} for intent, texts in shown.items() if texts]
    written = [
        {"regex": kind, "examples": Lines([rf"\b{letters}-?\d+\b"])}
        for kind, letters in _REFERENCES.items()
        if kind in NOUNS
    ]
    return {"version": VERSION, "nlu": [*blocks, *written]}


def _bare(command: Command, languages: Sequence[str]) -> list[str]:
    """Of a command that no training data shows: its own examples, as far as they are whole sentences."""
    templates = [template for language in languages for template in command.examples.get(language, ())]
    return [plain(template) for template in templates if "{" not in template]
