"""Numbers are spelled by people and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.understand.grammar import LONGEST_ASK
from intents.values.find import Kind, find
from intents.values.written import written
from tests.intents.values.table import HEARD

UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
EINER = (
    *("null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    *("dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"),
)
ZEHNER = ("zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")


def _english(number: int) -> str:
    if number < 20:
        return UNITS[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f"-{UNITS[number % 10]}" if number % 10 else "")
    for scale, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= scale:
            rest = number % scale
            link = " and " if rest and rest < 100 else " " if rest else ""
            return f"{_english(number // scale)} {name}{link}{_english(rest) if rest else ''}"
    raise AssertionError


def _german(number: int) -> str:
    if number < 20:
        return EINER[number]
    if number < 100:
        return (f"{EINER[number % 10]}und" if number % 10 else "") + ZEHNER[number // 10 - 2]
    for scale, name in ((1000, "tausend"), (100, "hundert")):
        if number >= scale:
            rest = number % scale
            return _german(number // scale) + name + (_german(rest) + ("s" if rest == 1 else "") if rest else "")
    raise AssertionError


@given(st.integers(2, 999_999_999))
def test_an_english_number_is_read_as_it_was_spelled(number: int) -> None:
    assert written(_english(number)).text == str(number)


@given(st.integers(2, 999_999))
def test_a_german_number_is_read_as_it_was_spelled(number: int) -> None:
    assert written(_german(number)).text == str(number)


@given(st.text(alphabet="0123456789", min_size=3, max_size=15))
def test_digits_are_read_one_by_one(digits: str) -> None:
    assert written(" ".join(UNITS[int(digit)] for digit in digits)).text == digits
    assert written(" ".join("eins" if digit == "1" else EINER[int(digit)] for digit in digits)).text == digits


@given(st.lists(st.sampled_from([*UNITS, *EINER, *TENS, "and", "und", "third", "half", "note", ",", "plus", "halbe"])))
def test_what_was_said_is_found_again_behind_each_number(words: list[str]) -> None:
    said = " ".join(words)
    new = written(said)
    assert new.as_said(0, len(new.text)) == said
    for begin, end, said_begin, said_end in new.changes:
        assert new.place(begin, end) == (said_begin, said_end)


@pytest.mark.parametrize("said", ["this one", "the second opinion", "ein Ticket für Drei", "Mai, August", "no one", ""])
def test_articles_and_names_stay(said: str) -> None:
    assert written(said).text.casefold().replace("3", "drei") == said.casefold()


@pytest.mark.parametrize("filler", ["1 ", "null, ", "in 1 ", "eins.2.", "word "])
def test_in_a_long_message_the_end_is_searched(filler: str) -> None:
    said = (filler * LONGEST_ASK)[: LONGEST_ASK - 40] + " then please call back on Friday"
    friday = find(Kind.DUE, said, HEARD)[-1]
    assert said[friday.start : friday.end] == "on Friday"
