"""A language that is neither English nor German is one folder: texts (`*.po`), templates of the commands
(`commands.yml`), and what people say (`training/*.yml`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import yaml
from babel import Locale, UnknownLocaleError

from crm_core.company.lines import Lines
from intents import catalogue
from intents.extensions.fault import Fault
from intents.registry import Command, commands, put
from intents.understand.grammar import rules_of

TEMPLATES, TRAINING = "commands.yml", "training"


def add(root: Path) -> Iterator[Fault]:
    """The folders in it, each named after its language. One that cannot be read spoils none of the others."""
    strange = [folder for folder in sorted(root.iterdir()) if folder.is_dir() and not is_language(folder.name)]
    yield from (Fault(str(folder), "is named after no language: fr, it, pt, …") for folder in strange)
    if strange:
        return
    catalogue.add_languages(root)
    for language in catalogue.languages():
        try:
            catalogue.catalogue(language)
        except ValueError as error:
            catalogue.remove_languages(root)
            yield Fault(str(root / language), str(error))
            return


def is_language(code: str) -> bool:
    try:
        Locale.parse(code)
    except (ValueError, UnknownLocaleError):
        return False
    return True


def translated() -> list[str]:
    """Languages whose templates are in a file, not beside the commands."""
    return [language for language in catalogue.languages() if (catalogue.folder_of(language) / TEMPLATES).is_file()]


def translate(language: str) -> tuple[list[Command], list[Fault]]:
    """Puts the templates to the commands. The commands as they were before, and what is wrong in the file."""
    file = catalogue.folder_of(language) / TEMPLATES
    try:
        lines = Lines(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        return [], [Fault(str(file), " ".join(str(error).split()))]
    if not isinstance(lines.content, dict):
        return [], [Fault(str(file), "is no list of templates by command: `ticket.claim: [prends {ticket}]`")]
    before: list[Command] = []
    faults: list[Fault] = []
    for name, templates in lines.content.items():
        at = f"{file}:{lines.place([name]).line}"
        command = commands().get(name)
        if command is None or not _is_list(templates):
            said = f"there is no command {name}" if command is None else f"{name}: a list of sentences is needed"
            faults.append(Fault(at, said))
            continue
        spoken = replace(command, examples={**command.examples, language: templates})
        try:
            rules_of(spoken)
        except TypeError as error:
            faults.append(Fault(at, f"{name}: {error}"))
            continue
        put(spoken)
        before.append(command)
    return before, faults


def _is_list(templates: object) -> bool:
    return isinstance(templates, list) and bool(templates) and all(isinstance(one, str) and one for one in templates)
