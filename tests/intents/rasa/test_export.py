"""What a Rasa server is given to learn from."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from intents import extensions
from intents.rasa import names
from intents.rasa.actions import every_action
from intents.rasa.export import export
from intents.registry import commands
from intents.understand.examples import OUT_OF_SCOPE, read_folder
from tests.intents.extensions import parking

_MARK = re.compile(r"\[[^\]]+\]\((\w+)\)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "rasa"
    export(folder, ["de", "en"], "https://crm.example.com")
    return folder


@pytest.fixture(scope="module")
def domain(folder: Path) -> dict[str, Any]:
    return _read(folder / "domain.yml")


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def test_every_command_is_an_intent_and_an_action(domain: dict[str, Any]) -> None:
    assert set(domain["intents"]) == {*commands(), OUT_OF_SCOPE, names.CANCEL}
    assert {names.action_of(command) for command in commands().values()} <= set(domain["actions"])


def test_no_two_commands_share_a_name() -> None:
    assert len({names.action_of(command) for command in commands().values()}) == len(commands())


def test_each_action_that_rasa_may_ask_for_is_one_of_ours(domain: dict[str, Any]) -> None:
    assert [action.name() for action in every_action()] == domain["actions"]


def test_a_form_asks_for_each_argument_that_a_command_needs(domain: dict[str, Any]) -> None:
    assert domain["forms"]["ticket_assign_form"] == {"required_slots": ["ticket", "agent"]}
    for form, told in domain["forms"].items():
        assert f"validate_{form}" in domain["actions"]
        for slot in told["required_slots"]:
            assert f"action_ask_{slot}" in domain["actions"]
            [words] = [one for one in domain["slots"][slot]["mappings"] if one["type"] == "from_text"]
            assert {"active_loop": form, "requested_slot": slot} in words["conditions"]


def test_every_intent_has_its_rule_and_each_rule_names_what_there_is(folder: Path, domain: dict[str, Any]) -> None:
    rules = _read(folder / "data/rules.yml")["rules"]
    steps = [step for rule in rules for step in rule["steps"]]
    assert {step["intent"] for step in steps if "intent" in step} == {*domain["intents"], names.FALLBACK}
    assert {step["action"] for step in steps if "action" in step} <= {*domain["actions"], *domain["forms"]}


def test_stories_name_what_there_is(folder: Path, domain: dict[str, Any]) -> None:
    stories = _read(folder / "data/stories.yml")["stories"]
    assert len(stories) == len({story["story"] for story in stories}) > 20
    for story in stories:
        assert {step["intent"] for step in story["steps"] if "intent" in step} <= set(domain["intents"])


def test_the_training_data_is_ours(folder: Path, domain: dict[str, Any], tmp_path: Path) -> None:
    shutil.copy(folder / "data/nlu.yml", tmp_path)
    written = Counter(example.intent for example in read_folder(tmp_path))
    assert written.keys() == set(domain["intents"])
    assert min(written.values()) >= 2
    marked = set(_MARK.findall((folder / "data/nlu.yml").read_text(encoding="utf-8")))
    assert marked <= set(domain["entities"])


def test_one_language_may_be_chosen_and_what_is_there_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text("mine", encoding="utf-8")
    assert tmp_path / "domain.yml" in export(tmp_path, ["de"], "https://crm.example.com")
    assert "mine" not in (tmp_path / "domain.yml").read_text(encoding="utf-8").splitlines()
    text = (tmp_path / "data/nlu.yml").read_text(encoding="utf-8")
    assert "- abbrechen\n" in text
    assert "- never mind\n" not in text
    assert _read(tmp_path / "config.yml")["language"] == "de"


def test_no_token_is_written_down(folder: Path) -> None:
    told = _read(folder / "endpoints.yml")
    assert told == {"action_endpoint": {"url": "https://crm.example.com/rasa/webhook", "token": "${RASA_ACTION_TOKEN}"}}


@pytest.mark.usefixtures("own_commands")
def test_what_a_company_added_is_exported_as_well(tmp_path: Path) -> None:
    parking.write(tmp_path / "my_commands")
    assert extensions.load(parking.company_with(tmp_path, commands="my_commands").extensions) == []
    export(tmp_path / "rasa", ["en"], "https://crm.example.com")
    domain = _read(tmp_path / "rasa/domain.yml")
    assert {"action_parking_free", "action_parking_price", "action_ask_bay"} <= set(domain["actions"])
    assert domain["forms"]["parking_price_form"] == {"required_slots": ["bay"]}
    told = [block for block in _read(tmp_path / "rasa/data/nlu.yml")["nlu"] if block.get("intent") == "parking.free"]
    assert "- wo kann ich parken\n" in told[0]["examples"]
