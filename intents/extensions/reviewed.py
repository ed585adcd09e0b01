"""What reviewers labelled, as training data: a file a language, which keeps what it holds already."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from crm_core.misunderstood import Misunderstood
from intents.understand.anonymity import teachable
from intents.understand.examples import read_file

_FILE = "reviewed.yml"


def write(folder: Path, labelled: Iterable[Misunderstood]) -> dict[str, Path]:
    """By language, the file. A sentence that was labelled again is of its last intent alone. Raises Invalid."""
    by_language: dict[str, dict[str, str]] = {}
    for one in labelled:
        if one.intent is not None:
            by_language.setdefault(one.language, {})[_flat(one.taught or teachable(one.text))] = one.intent
    files = {}
    for language, new in by_language.items():
        file = folder / language / _FILE
        held = {example.text: example.intent for example in read_file(file)} if file.is_file() else {}
        _replace(file, {**held, **new})
        files[language] = file
    return files


def _flat(text: str) -> str:
    return " ".join(text.split())


def _replace(file: Path, said: dict[str, str]) -> None:
    """Whole or not at all."""
    intents: dict[str, list[str]] = {}
    for text, intent in said.items():
        intents.setdefault(intent, []).append(text)
    lines = ['version: "3.1"', "nlu:"]
    for intent, texts in sorted(intents.items()):
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {text}" for text in texts)]
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, suffix=".part", delete=False, encoding="utf-8") as part:
        part.write("\n".join(lines) + "\n")
    Path(part.name).replace(file)
    file.chmod(0o644)
