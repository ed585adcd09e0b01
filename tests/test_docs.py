"""What the documents say is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from intents.understand.grammar import understand
from webhooks.cli import app
from webhooks.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# Read by make, the demo or the tests alone.
OTHERS = {"PORT", "NAME", "NUMBER", "URL"}


def _commands() -> set[str]:
    group = typer.main.get_command(app)
    return set(getattr(group, "commands", {}))


def test_every_setting_is_in_the_readme_and_every_one_there_exists() -> None:
    settings = {name.upper() for name in Settings.model_fields}
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", README))
    assert settings - named == set()
    assert named - settings - OTHERS == set()


@pytest.mark.parametrize(
    "document", ["README.md", "CONTRIBUTING.md", "Procfile", "Dockerfile", "deploy/offhook.service"]
)
def test_every_command_that_is_named_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|bin/|: )offhook ([a-z]+)", text, re.MULTILINE))
    assert named - _commands() == set()


def test_every_sentence_of_the_readme_is_understood() -> None:
    table = README.partition("| say | it does |")[2].partition("\n\n")[0]
    sentences = re.findall(r"`([^`]+)`", table)
    assert len(sentences) > 15
    assert [sentence for sentence in sentences if understand(sentence, "en") is None] == []


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_leads_somewhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_file_that_the_map_names_is_there() -> None:
    named = re.findall(r"`((?:bot|telephony|crm_core|intents|webhooks|tests)/[\w/.]+)", CONTRIBUTING)
    missing = [name for name in named if not (ROOT / name).exists() and not (ROOT / f"{name}.py").exists()]
    assert [name for name in missing if not _is_a_function(name)] == []


def _is_a_function(name: str) -> bool:
    """`intents/router.answer`: a module, and what is in it."""
    module, _dot, function = name.rpartition(".")
    file = ROOT / f"{module}.py"
    return file.exists() and f"def {function}(" in file.read_text(encoding="utf-8")


def test_the_procfile_releases_serves_and_works() -> None:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").split("\n")
    assert {line.partition(":")[0] for line in lines if line} == {"release", "web", "worker"}


def test_the_licence_is_apache_2() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0" in (ROOT / "LICENSE").read_text(encoding="utf-8")
