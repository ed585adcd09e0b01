"""What a language still lacks, measured by English: texts, words, templates, utterances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po

from intents import catalogue
from intents.extensions import languages
from intents.registry import commands
from intents.understand.examples import OUT_OF_SCOPE, TRAINING, read_file

FEWEST_UTTERANCES = 25
FEWEST_OUT_OF_SCOPE = 300
# Whose numbers, days, times and money are read in words: intents/values.
_READ_IN_WORDS = ("de", "en")
_MODEL = "en"


@dataclass(frozen=True, slots=True)
class Part:
    """`missing`: each with what is wrong with it."""

    name: str
    wanted: int
    missing: list[str]

    @property
    def done(self) -> int:
        return self.wanted - len(self.missing)


def parts(language: str) -> list[Part]:
    """Also of a language that has no folder yet. Raises CrmError for training data that cannot be read."""
    return [*_texts(language), _templates(language), _utterances(language)]


def notes(language: str) -> list[str]:
    """What no folder can bring."""
    if language in _READ_IN_WORDS:
        return []
    return [
        "Numbers, days, times and money are read in digits (2026-12-01, 15:00, 12.50 EUR) and as English and German"
        " say them; their words in another language are Python, in intents/values."
    ]


def _texts(language: str) -> Iterator[Part]:
    is_there = language in catalogue.languages()
    theirs = catalogue.catalogue(language) if is_there else Catalog(locale=language)
    for file in sorted(catalogue.folder_of(_MODEL).glob("*.po")):
        kind = "words" if file.name in catalogue.HEARD else "texts"
        entries = [entry for entry in _read(file) if entry.id]
        faults = ((_id(entry), _fault(entry, theirs.get(_id(entry)), theirs)) for entry in entries)
        yield Part(f"{kind} {file.name}", len(entries), [f"{id}: {fault}" for id, fault in faults if fault])


def _read(file: Path) -> Catalog:
    with file.open("rb") as stream:
        return read_po(stream, locale=_MODEL)


def _id(entry: Entry) -> str:
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def _fault(model: Entry, theirs: Entry | None, whole: Catalog) -> str | None:
    if theirs is None:
        return "missing"
    said = _said(theirs)
    if not said or not all(said):
        return "not translated"
    if len(said) not in {1, whole.num_plurals} or (len(said) == 1) != (len(_said(model)) == 1):
        return f"{len(said)} plural forms, {whole.num_plurals if len(_said(model)) > 1 else 1} wanted"
    try:
        named = _placeholders(theirs)
    except ValueError as error:
        return str(error)
    strange = named ^ _placeholders(model)
    return f"the placeholders differ: {', '.join(sorted(strange))}" if strange else None


def _said(entry: Entry) -> list[str]:
    return [entry.string] if isinstance(entry.string, str) else list(entry.string or ())


def _placeholders(entry: Entry) -> set[str]:
    return {str(name) for text in _said(entry) for _, name, _, _ in Formatter().parse(text) if name is not None}


def _templates(language: str) -> Part:
    lacking = [name for name, command in commands().items() if not command.examples.get(language)]
    return Part("templates of commands", len(commands()), sorted(lacking))


def _utterances(language: str) -> Part:
    counts = Counter(example.intent for file in _training_files(language) for example in read_file(file))
    wanted = {**dict.fromkeys(commands(), FEWEST_UTTERANCES), OUT_OF_SCOPE: FEWEST_OUT_OF_SCOPE}
    few = [f"{intent}: {counts[intent]} of {most}" for intent, most in sorted(wanted.items()) if counts[intent] < most]
    return Part("utterances", len(wanted), few)


def _training_files(language: str) -> list[Path]:
    folders = [TRAINING / language]
    if language in catalogue.languages():
        folders.append(catalogue.folder_of(language) / languages.TRAINING)
    return [file for folder in folders for file in sorted(folder.rglob("*.yml"))]
