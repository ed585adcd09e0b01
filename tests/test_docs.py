"""What the documents say is true."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from typer.core import TyperGroup
from typer.main import get_command

import crm_core
from intents.samples import filled
from intents.understand.grammar import understand
from webhooks.cli import app
from webhooks.settings import Settings

crm_core.load()
ROOT = Path(__file__).parent.parent
DOCUMENTS = ["README.md", "CONTRIBUTING.md"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# Where the words after "offhook" are a sentence's and not a command's.
SLASH_COMMANDS = re.compile(r"/offhook\b")


def _section(document: str, heading: str) -> str:
    return document.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def _tables(document: str) -> dict[str, list[list[str]]]:
    """The rows of each table below its heading row, by its first heading."""
    tables: dict[str, list[list[str]]] = {}
    for block in re.findall(r"(?:^\|.*\|\n)+", document, re.MULTILINE):
        heading, _rule, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
        tables[heading[0]] = rows
    return tables


def _quoted(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def _blocks(document: str) -> str:
    return "\n".join(re.findall(r"^```\w*\n(.*?)^```", document, re.MULTILINE | re.DOTALL))


def _command_exists(words: list[str]) -> bool:
    """`agents invite` of `offhook agents invite "Your Name" --role admin`."""
    command = get_command(app)
    while isinstance(command, TyperGroup):
        found = command.commands.get(words.pop(0)) if words else None
        if found is None:
            return False
        command = found
    known = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
    return all(word in known for word in words if word.startswith("--"))


def _named_commands(text: str) -> list[str]:
    lines = [*_blocks(text).splitlines(), *_quoted(text)]
    return [
        found.group(1).partition("#")[0].strip()
        for line in lines
        if (found := re.search(r"(?:^|\s|/bin/)offhook (?=[a-z])(.+)", line)) and not SLASH_COMMANDS.search(line)
    ]


SENTENCES = [sentence for row in _tables(README)["say"] for sentence in _quoted(row[0])]
TOUR = [
    sentence for sentence in _quoted(_section(README, "Five minutes with it")) if not sentence.startswith(".venv/bin")
]
COMMANDS = [command for name in DOCUMENTS for command in _named_commands((ROOT / name).read_text(encoding="utf-8"))]
TARGETS = [
    (name, target)
    for name in DOCUMENTS
    for target in re.findall(r"\]\(([^)\s]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    if not target.startswith(("http://", "https://", "#"))
]


def test_the_readme_names_every_setting_and_no_other() -> None:
    named = {name for row in _tables(README)["variable"] for name in _quoted(row[0])}
    assert named == {field.upper() for field in Settings.model_fields}


def test_every_variable_that_the_text_sets_exists() -> None:
    exported = re.findall(r"^export (\w+)=", _blocks(README), re.MULTILINE)
    assert exported
    assert {name.lower() for name in exported} <= set(Settings.model_fields)


def test_the_defaults_in_the_readme_are_the_defaults() -> None:
    rows = {row[0]: row[1] for row in _tables(README)["variable"]}
    fields = Settings.model_fields
    assert f"default `{fields['database_url'].default}`" in rows["`DATABASE_URL`"]
    assert f"default `{fields['host'].default}` and `{fields['port'].default}`" in rows["`HOST`, `PORT`"]
    assert f"default `{fields['offhook_config'].default}`" in rows["`OFFHOOK_CONFIG`"]


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_a_command_that_is_named_exists(command: str) -> None:
    assert _command_exists(command.split())


def test_the_documents_name_commands() -> None:
    assert {command.split()[0] for command in COMMANDS} >= {"migrate", "serve", "agents", "doctor", "connect", "ask"}


@pytest.mark.parametrize("sentence", [*SENTENCES, *TOUR])
def test_an_example_sentence_is_understood(sentence: str) -> None:
    assert any(understand(sentence, language) is not None for language in ("en", "de"))


def test_there_are_example_sentences() -> None:
    assert len(SENTENCES) > 10
    assert TOUR


@pytest.mark.parametrize(("document", "target"), TARGETS)
def test_a_link_leads_somewhere(document: str, target: str) -> None:
    assert (ROOT / document).parent.joinpath(target.partition("#")[0]).exists()


def test_there_are_links_and_a_picture() -> None:
    targets = [target for _document, target in TARGETS]
    assert "CONTRIBUTING.md" in targets
    assert any(target.endswith(".png") for target in targets)


def _map_entries() -> list[str]:
    """Every path that the map names; a name in an indented line is below the package above it."""
    entries: list[str] = []
    package = ""
    for line in _blocks(_section(CONTRIBUTING, "The map of the house")).splitlines():
        names, *explained = re.split(r"\s{2,}|(?<=/)\s+(?=the )", line.strip(), maxsplit=1)
        if line.startswith(" "):
            entries += [package + name for name in names.split() if name != "…"]
        else:
            package = names
            folders = re.findall(r"(?<![\w/])[a-z_]+/", " ".join(explained))
            entries += [package, *(package + folder for folder in folders)]
    return entries


def _is_there(entry: str) -> bool:
    return (
        (ROOT / entry).is_dir()
        if entry.endswith("/")
        else any((ROOT / f"{entry}{end}").exists() for end in ("", ".py"))
    )


@pytest.mark.parametrize("entry", _map_entries())
def test_a_place_on_the_map_exists(entry: str) -> None:
    assert _is_there(entry)


def test_the_map_shows_every_package() -> None:
    packages = {f"{folder.parent.name}/" for folder in ROOT.glob("*/__init__.py")}
    assert packages <= set(_map_entries())


PATHS = re.compile(r"^[a-z_]+(?:/[a-z_]+)*/(?:[a-z_]+\.py(?::\w+)?|\w+(?:\.\w+)?)?$")


@pytest.mark.parametrize(
    "named", sorted({name for name in _quoted(re.sub(r"```.*?```", "", CONTRIBUTING, flags=re.S)) if PATHS.match(name)})
)
def test_a_path_in_the_text_exists(named: str) -> None:
    path, _colon, function = named.partition(":")
    if path.rpartition("/")[2].count(".") == 1 and not path.endswith(".py"):
        path, _dot, function = path.rpartition(".")
        path += ".py"
    assert (ROOT / path).exists()
    assert not function or f"def {function}(" in (ROOT / path).read_text(encoding="utf-8")


def _shown_command() -> tuple[str, dict[str, list[str]], str]:
    """The id, the examples by language and the signature of the command that CONTRIBUTING shows."""
    shown = re.search(r"^```python\n(.*?)^```", CONTRIBUTING, re.MULTILINE | re.DOTALL)
    assert shown is not None
    function = ast.parse(shown.group(1)).body[0]
    assert isinstance(function, ast.AsyncFunctionDef)
    [decorator] = function.decorator_list
    assert isinstance(decorator, ast.Call)
    name, examples = map(ast.literal_eval, decorator.args)
    return name, examples, shown.group(1).splitlines()[-1].removesuffix(" ...")


def _said(example: str, left_out: bool) -> str:
    return filled(re.sub(r"\[(\w+)\] ", "" if left_out else r"\1 ", example), "en")


@pytest.mark.parametrize("left_out", [True, False])
def test_the_command_that_contributing_shows_is_understood_so(left_out: bool) -> None:
    name, examples, _signature = _shown_command()
    for language, sentences in examples.items():
        understood = [understand(_said(sentence, left_out), language) for sentence in sentences]
        assert [found and found.command.name for found in understood] == [name] * len(sentences)


def test_the_command_that_contributing_shows_is_in_the_code() -> None:
    _name, _examples, signature = _shown_command()
    assert signature in (ROOT / "intents/commands/support/working.py").read_text(encoding="utf-8").splitlines()


def test_the_licence_is_apache_2() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
    assert README.rstrip().endswith("Apache-2.0.")
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["license"] == "Apache-2.0"


def test_the_procfile_has_three_processes_whose_commands_exist() -> None:
    processes = yaml.safe_load((ROOT / "Procfile").read_text(encoding="utf-8"))
    assert set(processes) == {"release", "web", "worker"}
    for command in processes.values():
        program, *words = command.split()
        assert (program, _command_exists(words)) == ("offhook", True)


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"\bmake ([a-z]+)", _blocks(README) + " ".join(_quoted(README + CONTRIBUTING)))))
)
def test_a_make_target_that_is_named_exists(target: str) -> None:
    assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")
