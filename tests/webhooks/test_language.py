from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.intents.extensions import parking
from webhooks.cli import app


def _check(file: Path, *arguments: str) -> tuple[int, str]:
    ran = CliRunner().invoke(app, ["language", "check", *arguments], env={"OFFHOOK_CONFIG": str(file)})
    return ran.exit_code, ran.output


@pytest.mark.usefixtures("own_commands")
def test_a_language_that_lacks_something_ends_with_one_and_says_what(tmp_path: Path) -> None:
    parking.write_texts(tmp_path / "languages" / "eo" / "common.po", "eo", {"dialogue.cancelled": "Bone."})
    file = parking.company_file(tmp_path, languages="languages")
    code, said = _check(file, "eo")
    assert code == 1
    assert "texts common.po: ask.empty: missing" in said
    assert "more (--all)" in said
    code, said = _check(file, "eo", "--json")
    figures = json.loads(said)
    assert (code, figures["language"], figures["done"]) == (1, "eo", 1)
    assert figures["wanted"] == figures["done"] + sum(len(part["missing"]) for part in figures["parts"])


def test_what_is_no_language_is_one_sentence(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["language", "check", "klingon"])
    assert str(ran.exception) == "klingon is no language: use two letters such as fr, it or pt."
