"""Commands, texts and utterances of others, loaded once at the start of a process."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from crm_core.company.extensions import Extensions
from intents import catalogue
from intents.extensions import checks, languages, utterances
from intents.extensions.fault import Fault
from intents.extensions.source import Source, forget, imported, installed, of_folder
from intents.extensions.utterances import Utterance
from intents.registry import Command, commands, place_of, put, registered, withdraw
from intents.samples import filled
from intents.understand.courtesy import with_courtesy
from intents.understand.examples import OUT_OF_SCOPE, Example
from intents.understand.phrasings import phrasings

# As many as our own commands have in a language, or so.
_ENOUGH = 60
_TEXTS, _TRAINING = "locale", "training"
_ARGUMENT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Extension:
    """Of a language, `translated` are the commands as they were without it."""

    source: Source
    commands: list[Command] = field(default_factory=list)
    utterances: list[Utterance] = field(default_factory=list)
    has_texts: bool = False
    translated: list[Command] = field(default_factory=list)


_loaded: list[Extension] = []
# The folder with the company's languages.
_languages: Path | None = None


def loaded() -> list[Extension]:
    return list(_loaded)


def load(wanted: Extensions) -> list[Fault]:
    """In place of what was loaded before. What is faulty is left out, the rest works."""
    unload()
    faults = list(_speak(wanted.languages)) if wanted.languages is not None else []
    sources = [*installed(), *([of_folder(wanted.commands)] if wanted.commands is not None else [])]
    spoken = languages.translated()
    if sources or spoken or wanted.training is not None:
        # Ours first: a name belongs to who has it.
        commands()
    faults += [fault for source in sources for fault in _load(source)]
    faults += [fault for language in spoken for fault in _translate(language)]
    if wanted.training is not None:
        faults += _learn(wanted.training)
    return faults


def unload() -> None:
    global _languages
    for extension in reversed(_loaded):
        for command in extension.translated:
            put(command)
        for command in extension.commands:
            withdraw(command.name)
        if extension.has_texts and extension.source.folder is not None:
            catalogue.remove_texts(extension.source.folder / _TEXTS)
        forget(extension.source)
    _loaded.clear()
    if _languages is not None:
        catalogue.remove_languages(_languages)
        _languages = None


def clashes() -> list[Fault]:
    """Templates that mean something else. Asking takes seconds, as every command is read for it."""
    mine = [command for extension in _loaded for command in extension.commands]
    return [Fault(place_of(command.handler), text) for command in mine for text in checks.taken(command)]


def taught() -> list[Example]:
    """What a model learns of them, marked: utterances, and where a command has none in a language, its templates."""
    known = {*registered(), OUT_OF_SCOPE}
    said = [
        one
        for extension in _loaded
        for one in (*extension.utterances, *_written_out(extension))
        if one.example.intent in known
    ]
    mine = {command.name for extension in _loaded for command in extension.commands}
    return [*(one.example for one in said), *_more_of_few([one for one in said if one.example.intent in mine])]


def _more_of_few(said: list[Utterance]) -> Iterator[Example]:
    """Five examples beside dozens of every other command would be outvoted: they are said in more ways."""
    few: dict[tuple[str, str], list[str]] = {}
    for one in said:
        few.setdefault((one.language, one.example.intent), []).append(one.example.text)
    for (language, intent), texts in few.items():
        politely = zip(*(with_courtesy(text, language) for text in texts), strict=True)
        more = (text for each in politely for text in each)
        yield from (Example(text, intent) for text in islice(more, max(0, _ENOUGH - len(texts))))


def _written_out(extension: Extension) -> Iterator[Utterance]:
    """The templates of its own commands; and of a language, those of all commands in it."""
    shown = {(one.language, one.example.intent) for one in extension.utterances}
    language = extension.source.folder.name if extension.translated and extension.source.folder is not None else None
    theirs = [registered()[command.name] for command in extension.translated]
    for command in (*extension.commands, *theirs):
        for spoken, templates in command.examples.items():
            if spoken not in catalogue.languages() or (spoken, command.name) in shown or language not in {None, spoken}:
                continue
            for phrasing in dict.fromkeys(one for template in templates for one in phrasings(template)):
                marked = _ARGUMENT.sub(r"[{\1}](\1)", phrasing)
                example = Example(filled(marked, spoken, command.arguments), command.name)
                yield Utterance(spoken, example, place_of(command.handler))


def _load(source: Source) -> Iterator[Fault]:
    source, found, faults = imported(source)
    extension = Extension(source, has_texts=source.folder is not None and (source.folder / _TEXTS).is_dir())
    _loaded.append(extension)
    yield from faults
    if source.folder is None:
        yield from _keep(extension, found)
        return
    if extension.has_texts:
        try:
            catalogue.add_texts(source.folder / _TEXTS)
        except ValueError as error:
            # Its commands would have nothing to say.
            _loaded[-1] = Extension(source)
            for command in found:
                withdraw(command.name)
            yield Fault(str(source.folder / _TEXTS), str(error))
            return
    said, faults = utterances.read(source.folder / _TRAINING)
    extension.utterances.extend(said)
    yield from faults
    yield from _keep(extension, found)
    yield from _strange(said, {command.name for command in found})


def _keep(extension: Extension, found: list[Command]) -> Iterator[Fault]:
    """Those that can be said and answered; the others are withdrawn."""
    for command in found:
        counts = Counter(one.language for one in extension.utterances if one.example.intent == command.name)
        problems = list(checks.lacking(command, counts))
        yield from (Fault(place_of(command.handler), problem) for problem in problems)
        if problems:
            withdraw(command.name)
        else:
            extension.commands.append(command)


def _speak(root: Path) -> Iterator[Fault]:
    global _languages
    faults = list(languages.add(root))
    _languages = None if faults else root
    yield from faults


def _translate(language: str) -> Iterator[Fault]:
    """The commands of a language that is not beside them, and what people say in it."""
    before, faults = languages.translate(language)
    yield from faults
    folder = catalogue.folder_of(language)
    said, faults = utterances.read_language(folder / languages.TRAINING, language)
    _loaded.append(Extension(Source(str(folder), "", folder), utterances=said, translated=before))
    yield from faults
    yield from _strange(said, set())


def _learn(folder: Path) -> Iterator[Fault]:
    """The company's own training data, for any command."""
    said, faults = utterances.read(folder)
    yield from faults
    _loaded.append(Extension(Source(str(folder), "", folder), utterances=said))
    yield from _strange(said, set())


def _strange(said: list[Utterance], new: set[str]) -> Iterator[Fault]:
    """Of a command that was refused it is told already."""
    unknown = {
        one.at: one.example.intent for one in said if one.example.intent not in {*registered(), *new, OUT_OF_SCOPE}
    }
    return (Fault(at, f"there is no command {intent}") for at, intent in unknown.items())
