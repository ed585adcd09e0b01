"""What the model learns from, and what is held back from it: the utterances of every command in both languages."""

import re
from collections import Counter
from pathlib import Path

import pytest

from crm_core.agents import Presence
from crm_core.contacts.consents import Channel, Purpose
from crm_core.support.knowledge import Audience
from crm_core.support.tickets import Priority, Status
from intents import words
from intents.registry import commands
from intents.understand.examples import OUT_OF_SCOPE, TRAINING, Example, read_blocks, read_folder, read_marked

HELD_BACK = Path(__file__).parent / "held_back"
LANGUAGES = ("en", "de")
_MARK = re.compile(r"\[[^\]]+\]\((\w+)\)")


@pytest.fixture(scope="module")
def learnt() -> dict[str, list[Example]]:
    return {language: read_folder(TRAINING / language) for language in LANGUAGES}


@pytest.fixture(scope="module")
def held_back() -> dict[str, list[Example]]:
    return {language: read_folder(HELD_BACK / language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_shown_often_enough(language: str, learnt: dict[str, list[Example]]) -> None:
    shown = Counter(example.intent for example in learnt[language])
    assert shown.keys() == {*commands(), OUT_OF_SCOPE}
    assert {intent: times for intent, times in shown.items() if times < 25} == {}
    assert shown[OUT_OF_SCOPE] >= 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_every_command_something_is_held_back(language: str, held_back: dict[str, list[Example]]) -> None:
    kept = Counter(example.intent for example in held_back[language])
    assert kept.keys() == {*commands(), OUT_OF_SCOPE}
    assert {intent: times for intent, times in kept.items() if times < 6} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_learnt_for_two_commands(language: str, learnt: dict[str, list[Example]]) -> None:
    wishes: dict[str, set[str]] = {}
    for example in learnt[language]:
        wishes.setdefault(example.text.casefold(), set()).add(example.intent)
    assert {text: sorted(intents) for text, intents in wishes.items() if len(intents) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_held_back_is_not_learnt(
    language: str, learnt: dict[str, list[Example]], held_back: dict[str, list[Example]]
) -> None:
    known = {example.text.casefold() for example in learnt[language]}
    assert [example.text for example in held_back[language] if example.text.casefold() in known] == []


@pytest.mark.parametrize("folder", [TRAINING, HELD_BACK])
def test_what_is_marked_is_an_argument_of_the_command(folder: Path) -> None:
    arguments = {name: {argument.name for argument in command.arguments} for name, command in commands().items()}
    strange = [
        f"{example.intent}: {example.text}"
        for example in read_marked(folder)
        if not set(_MARK.findall(example.text)) <= arguments.get(example.intent, set())
    ]
    assert strange == []


CHOICES = {
    "priority": Priority,
    "level": Priority,
    "presence": Presence,
    "purpose": Purpose,
    "channel": Channel,
    "audience": Audience,
    "status": Status,
}


@pytest.mark.parametrize("kind", CHOICES)
def test_each_word_of_a_choice_stands_for_one_of_its_values(kind: str) -> None:
    assert {word: value for word, value in words.words(kind).items() if value not in [*CHOICES[kind]]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_that_stands_for_another_is_of_some_choice_and_of_one_meaning(language: str) -> None:
    file = TRAINING / language / "words.yml"
    listed = {word for _kind, word in read_blocks(file, "lookup")}
    meanings: dict[str, set[str]] = {}
    for value, word in read_blocks(file, "synonym"):
        meanings.setdefault(word, set()).add(value)
    assert meanings.keys() - listed == set()
    assert {word: values for word, values in meanings.items() if len(values) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_choice_lists_each_word_once(language: str) -> None:
    listed = Counter(read_blocks(TRAINING / language / "words.yml", "lookup"))
    assert [each for each, times in listed.items() if times > 1] == []
    assert {kind for kind, _word in listed} == {*CHOICES, "pause"}
