from __future__ import annotations

import numpy as np
import pytest

from intents.understand.features import Features, pieces, words


def test_words_and_neighbouring_pairs_are_seen() -> None:
    assert list(words("close the ticket")) == ["close", "the", "ticket", "close the", "the ticket"]


def test_pieces_stay_within_a_word_and_know_its_borders() -> None:
    found = list(pieces("so do"))
    assert " so" in found and "do " in found
    assert not any("o d" in piece for piece in found)


def test_short_words_are_counted_once() -> None:
    assert list(pieces("a")) == [" a", "a ", " a "]


def test_capitals_and_the_shape_of_letters_make_no_difference() -> None:
    features = Features.seen_in(["Über Türen", "close the ticket"])
    plain, wide = features.row("über türen"), features.row("ÜBER TÜREN")
    assert [part.tolist() for part in plain] == [part.tolist() for part in wide]


def test_words_and_pieces_weigh_the_same_however_long_a_sentence_is() -> None:
    features = Features.seen_in(["close the ticket", "open the door and close the window of the house"])
    for text in ("close", "open the door and close the window of the house"):
        columns, values = features.row(text)
        is_word = columns < len(features.words.columns)
        assert np.sqrt((values[is_word] ** 2).sum()) == pytest.approx(1)
        assert np.sqrt((values[~is_word] ** 2).sum()) == pytest.approx(1)


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    features = Features.seen_in(["close the ticket", "open the ticket", "the weather"])
    rarity, columns = features.words.rarity, features.words.columns
    assert rarity[columns["weather"]] > rarity[columns["ticket"]] > rarity[columns["the"]]


def test_what_was_never_seen_counts_for_nothing() -> None:
    columns, values = Features.seen_in(["abc"]).row("xyz")
    assert len(columns) == len(values) == 0
