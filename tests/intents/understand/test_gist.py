from __future__ import annotations

import numpy as np
import pytest

from intents.understand.gist import WIDTH, Gist, tokens, tokens_within, traits, without


def test_words_with_a_hyphen_or_an_apostrophe_are_one() -> None:
    assert tokens("Greta's T-Shirt, please") == ["Greta's", "T-Shirt", ",", "please"]


def test_a_token_belongs_to_the_place_that_it_begins_in() -> None:
    assert tokens_within("call Greta Lindqvist back", [(5, 20)]) == [False, True, True, False]


def test_one_word_stands_for_each_value() -> None:
    said = tokens("tag Greta Lindqvist as vip")
    assert without(said, [False, True, True, False, True]) == "tag thevalue as thevalue"


@pytest.mark.parametrize("text", ["", "ja", "call me back", "a b c d e f g h i j k l m n o p"])
def test_every_token_shows_something_wherever_it_stands(text: str) -> None:
    said = tokens(text)
    found = [traits(said, at) for at in range(len(said))]
    assert all(found) and all(0 <= column < WIDTH for columns in found for column in columns)
    assert len({tuple(sorted(columns)) for columns in found}) == len(said)


def test_nothing_is_a_value_to_a_gist_that_learnt_nothing() -> None:
    assert Gist(np.zeros(WIDTH, np.float32), -1.0).of("tag Greta as vip") == "tag Greta as vip"
    assert Gist(np.zeros(WIDTH, np.float32), -1.0).of("") == ""
