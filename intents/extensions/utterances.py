"""What people say, as a company or a package teaches it: `training/LANGUAGE/*.yml` in Rasa's format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from crm_core.errors import CrmError
from intents import catalogue
from intents.extensions.fault import Fault
from intents.understand.examples import Example, read_file


@dataclass(frozen=True, slots=True)
class Utterance:
    language: str
    example: Example
    at: str


def read_language(folder: Path, language: str) -> tuple[list[Utterance], list[Fault]]:
    """Of every file below."""
    return _read(sorted(folder.rglob("*.yml")), language)


def read(folder: Path) -> tuple[list[Utterance], list[Fault]]:
    """A file that is no training data is left out as a whole. Nothing for a folder that is not there."""
    found: list[Utterance] = []
    faults: list[Fault] = []
    for part in sorted(folder.iterdir()) if folder.is_dir() else []:
        if part.name in catalogue.languages() and part.is_dir():
            said, wrong = read_language(part, part.name)
            found, faults = found + said, faults + wrong
            continue
        known = ", ".join(catalogue.languages())
        stray = [part] if part.suffix == ".yml" else sorted(part.rglob("*.yml"))
        faults += [Fault(str(file), f"lies in no folder of a language: {folder.name}/{{{known}}}/") for file in stray]
    return found, faults


def _read(files: list[Path], language: str) -> tuple[list[Utterance], list[Fault]]:
    found: list[Utterance] = []
    faults: list[Fault] = []
    for file in files:
        try:
            found += [Utterance(language, example, _line_of(file, example.intent)) for example in read_file(file)]
        except CrmError as error:
            text = catalogue.render(error.message, "en", ZoneInfo("UTC"))
            faults.append(Fault(str(file), text.removeprefix(f"{file}: ").removeprefix(f"{file} ")))
    return found, faults


def _line_of(file: Path, intent: str) -> str:
    lines = file.read_text(encoding="utf-8").splitlines()
    names_it = re.compile(rf"[\s-]*intent:\s*[\"']?{re.escape(intent)}[\"']?\s*(?:#.*)?")
    line = next((number for number, text in enumerate(lines, 1) if names_it.fullmatch(text)), 1)
    return f"{file}:{line}"
