"""What was understood can be said: each way of saying a command with its words."""

from __future__ import annotations

import re

import pytest

from intents.registry import commands
from intents.samples import filled
from intents.understand.grammar import understand
from intents.understand.sentence import outline, sentence

CASES = [(name, language) for name, command in commands().items() for language in command.examples]


@pytest.mark.parametrize(("name", "language"), CASES)
def test_each_set_of_words_makes_a_sentence_that_is_understood_as_that_command(name: str, language: str) -> None:
    command = commands()[name]
    for named in {frozenset(re.findall(r"\{(\w+)\}", template)) for template in command.examples[language]}:
        words = {argument: filled(f"{{{argument}}}", language) for argument in named}
        said = sentence(command, words, language)
        assert said is not None, words
        understood = understand(said, language)
        assert understood is not None
        assert understood.command is command
        assert understood.words.keys() == words.keys()


def test_what_is_missing_is_left_open() -> None:
    assert outline(commands()["ticket.rename"], {"ticket": "T-4"}, "en") == "rename T-4 to …"


def test_words_that_no_sentence_takes_are_told_all_the_same() -> None:
    words = {"ticket": "T-1", "comment": "x"}
    assert sentence(commands()["satisfaction.rate"], words, "en") is None


def test_a_word_that_would_change_the_meaning_makes_no_sentence() -> None:
    assert sentence(commands()["deal.add"], {"title": "T-4"}, "en") is None
