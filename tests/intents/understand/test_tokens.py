from __future__ import annotations

import pytest

from intents.understand.tokens import Tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("close T-7, please!", ["close", "T-7", ",", "please", "!"]),
        ("Bruno's number is +49 711 5550", ["Bruno", "'s", "number", "is", "+49", "711", "5550"]),
        ("mail anna@firma.de: 12,50 €", ["mail", "anna@firma.de", ":", "12,50", "€"]),
        ("ticket zweiundvierzig", ["ticket", "42"]),
        ("", []),
        ("?!", ["?", "!"]),
    ],
)
def test_a_sentence_word_by_word(text: str, words: list[str]) -> None:
    assert Tokens.of(text).words() == words


def test_words_are_given_back_as_they_were_said() -> None:
    tokens = Tokens.of("ticket zweiundvierzig an Anna")
    assert tokens.as_said((0, 2)) == "ticket zweiundvierzig"
    assert tokens.as_said((3, 4)) == "Anna"


def test_what_was_said_is_found_among_the_words() -> None:
    tokens = Tokens.of("ticket zweiundvierzig an Anna")
    assert tokens.over(7, 21) == (1, 2)
    assert tokens.over(40, 50) is None
