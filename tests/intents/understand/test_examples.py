from __future__ import annotations

from pathlib import Path

import pytest

from crm_core.errors import CrmError
from intents.understand.examples import Example, read_folder, read_table, split_of, unmarked

TRAINING = """\
version: "3.1"
nlu:
- intent: ticket.close
  examples: |
    - close [T-7](ticket)
    - mach [die heizung]{"entity": "subject"} bitte zu
- synonym: urgent
  examples: |
    - asap
- intent: ticket.open
  examples: |
    - new ticket: [no [light]](subject)
"""


def test_examples_are_read_without_the_marks_of_their_entities(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "support.yml").write_text(TRAINING, encoding="utf-8")
    assert read_folder(tmp_path)[:2] == [
        Example("close T-7", "ticket.close"),
        Example("mach die heizung bitte zu", "ticket.close"),
    ]


def test_what_is_no_intent_teaches_nothing(tmp_path: Path) -> None:
    (tmp_path / "support.yml").write_text(TRAINING, encoding="utf-8")
    assert {example.intent for example in read_folder(tmp_path)} == {"ticket.close", "ticket.open"}


def test_brackets_that_are_no_mark_stay() -> None:
    assert unmarked("close [sic] it (now)") == "close [sic] it (now)"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("nlu: [", "nlu.unreadable"),
        ("rules: []", "nlu.no-training-data"),
        ("- just a list", "nlu.no-training-data"),
        ("nlu:\n- intent: a\n", "nlu.no-examples-of"),
        ("nlu:\n- intent: a\n  examples: |\n    hello\n", "nlu.no-list-item"),
        ("nlu: []", "nlu.no-examples"),
    ],
)
def test_a_file_that_is_no_training_data_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "broken.yml").write_text(content, encoding="utf-8")
    with pytest.raises(CrmError) as raised:
        read_folder(tmp_path)
    assert raised.value.message.id == complaint


def _table(folder: Path, content: str) -> Path:
    file = folder / "table.csv"
    file.write_text(content, encoding="utf-8")
    return file


def test_a_table_is_read_split_by_split(tmp_path: Path) -> None:
    splits = read_table(_table(tmp_path, 'intent,text,split\na,"one, two",train\nb,three,test\n'))
    assert splits == {"train": [Example("one, two", "a")], "test": [Example("three", "b")]}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "nlu.no-column"),
        ("text,intent\nhello,greet\n", "nlu.no-column"),
        ("text,intent,split\nhello,greet\n", "nlu.empty-cell"),
        ("text,intent,split\n ,greet,train\n", "nlu.empty-cell"),
    ],
)
def test_a_table_that_lacks_something_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    with pytest.raises(CrmError) as raised:
        read_table(_table(tmp_path, content))
    assert raised.value.message.id == complaint


def test_a_table_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes("text,intent,split\nTür,a,train\n".encode("latin-1"))
    with pytest.raises(CrmError, match=r"nlu\.unreadable"):
        read_table(file)


def test_an_unknown_split_is_answered_with_those_there_are() -> None:
    with pytest.raises(CrmError) as raised:
        split_of({"train": [], "test": []}, "dev")
    assert raised.value.message.params == {"split": "dev", "splits": "test, train"}
