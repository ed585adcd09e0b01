"""What people say of days, times, lengths of time, money and numbers, in a table of each language."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core import load
from crm_core.errors import Invalid
from intents.slot import Slot
from intents.slots import AMOUNT, CLOCK, DUE, PERCENT, PHONE
from intents.spans import DAY, DAYS, LEAD, REPEAT, WEEK
from intents.values.find import Kind, find
from intents.values.seeking import candidates
from intents.values.written import written
from tests.intents.values.table import HEARD, LANGUAGES, NOW, Row, rows, shown

load()
ROWS = [row for language in LANGUAGES for row in rows(language)]
FOUND = dict.fromkeys(row.kind for row in ROWS if row.kind != "amount")
SLOTS = {
    "amount": AMOUNT, "clock": CLOCK, "days": DAYS, "due": DUE, "duration": LEAD, "money": AMOUNT, "past-day": DAY,
    "percent": PERCENT, "phone": PHONE, "repeat": REPEAT, "week": WEEK,
}  # fmt: skip
WORDS = sorted(
    {word for row in ROWS for word in row.phrase.split()} | {"9999-12-31", "999", "24:00", "0", "00:00", "–"}
)
SENTENCES = {"en": "well that is {} then please", "de": "also {} wäre gut danke"}


def _tables(kinds: Iterable[str]) -> pytest.MarkDecorator:
    """One test a language and kind, with all the phrases there are of it."""
    chosen = [(language, kind) for kind in kinds for language in LANGUAGES]
    tables = [[row for row in ROWS if (row.language, row.kind) == one] for one in chosen]
    tables = [table for table in tables if table]
    return pytest.mark.parametrize("table", tables, ids=[f"{table[0].language} {table[0].kind}" for table in tables])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_is_long_and_says_nothing_twice(language: str) -> None:
    phrases = [(row.kind, row.phrase) for row in rows(language)]
    assert len(set(phrases)) == len(phrases) >= 300


@_tables(SLOTS)
def test_an_argument_is_read_from_what_is_said(table: list[Row]) -> None:
    heard = [(row, _as_argument(row)) for row in table]
    wrong = [f"{row.phrase!r} is not {row.value} but {value}" for row, value in heard if value != row.value]
    assert not wrong, "\n".join(wrong)


def _as_argument(row: Row) -> str:
    try:
        value = SLOTS[row.kind].read(row.phrase, HEARD)
    except Invalid as refused:
        return refused.message.id
    if row.kind == "phone":
        return "".join(sign for sign in str(value) if sign.isdigit() or sign == "+")
    return shown(row.kind, value)


@_tables(kind for kind in SLOTS if kind != "clock")
def test_an_argument_is_recognised_in_a_command(table: list[Row]) -> None:
    assert [row.phrase for row in table if not _fits(SLOTS[row.kind], row.phrase)] == []


def _fits(slot: Slot, phrase: str) -> bool:
    text = written(phrase).text
    return (0, len(text)) in candidates(f"(?:{slot.pattern})", text)


@_tables(FOUND)
def test_it_is_found_in_what_somebody_says(table: list[Row]) -> None:
    wrong = [f"{sentence!r}: {found}" for row in table for sentence, found in _not_found(row)]
    assert not wrong, "\n".join(wrong)


def _not_found(row: Row) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The sentences in which it is not found as it should be, and what is found instead."""
    spoken = row.phrase.casefold().replace(", ", " ")
    for sentence, phrase in (
        (row.phrase, row.phrase),
        (spoken, spoken),
        (SENTENCES[row.language].format(row.phrase), row.phrase),
        (SENTENCES[row.language].format(spoken), spoken),
    ):
        found = find(Kind(row.kind), sentence, HEARD)
        shown_as = [(sentence[one.start : one.end], shown(row.kind, one.value)) for one in found]
        if shown_as != [(phrase, row.value)]:
            yield sentence, shown_as


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_only_looks_like_one_is_not_taken(language: str) -> None:
    with Path(__file__).with_name(f"{language}-nothing.tsv").open(encoding="utf-8", newline="") as file:
        table = [(Kind(row["kind"]), row["phrase"]) for row in csv.DictReader(file, delimiter="\t")]
    assert table
    said = [(kind, text) for kind, phrase in table for text in (phrase, phrase.casefold())]
    wrong = [f"{text!r} is no {kind}" for kind, text in said if find(kind, text, HEARD)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("kind", "said", "message"),
    [
        ("due", "31.2.", "date.invalid"),
        ("due", "12/1", "date.invalid"),
        ("due", "Saturday the 4th of December", "date.invalid"),
        ("due", "in 999 working days and a bit", "date.invalid"),
        ("days", "from here to there", "date.invalid"),
        ("clock", "25:00", "clock.invalid"),
        ("clock", "halb dreizehn", "clock.invalid"),
        ("duration", "ages", "duration.invalid"),
        ("money", "a lot", "money.invalid"),
        ("percent", "most", "number.invalid"),
        ("week", "KW 60", "week.invalid"),
        ("repeat", "every 500 days", "repeat.invalid"),
    ],
)
def test_what_is_nothing_is_said_to_be(kind: str, said: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        SLOTS[kind].read(said, HEARD)
    assert refused.value.message.id == message


def test_several_are_found_from_left_to_right() -> None:
    said = "call on Friday at three or on the 15th, and it costs twelve thousand euros, not 500 €"
    assert [shown("due", one.value) for one in find(Kind.DUE, said, HEARD)] == ["2026-12-04 15:00", "2026-12-15 17:00"]
    assert [shown("money", one.value) for one in find(Kind.MONEY, said, HEARD)] == ["12000 EUR", "500 EUR"]


@pytest.mark.parametrize(
    ("said", "due"),
    [("in two hours", "2026-10-25 02:30"), ("in drei Stunden", "2026-10-25 03:30"), ("in 2 days", "2026-10-27 17:00")],
)
def test_when_the_clocks_are_changed_an_hour_is_an_hour(said: str, due: str) -> None:
    before = datetime(2026, 10, 25, 1, 30, tzinfo=NOW.tzinfo)
    assert shown("due", DUE.read(said, replace(HEARD, now=before))) == due


@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(Kind))
def test_whatever_is_said_is_read_or_refused(words: list[str], kind: Kind) -> None:
    said = " ".join(words)
    for one in find(kind, said, HEARD):
        assert 0 <= one.start < one.end <= len(said)
    if kind in SLOTS:
        with suppress(Invalid):
            SLOTS[kind].read(said, HEARD)
