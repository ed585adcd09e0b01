"""Conversations as text: who says what, what is answered, and which records are there in the end.

# a comment
Lena: assign T-3                    said or typed
Lena: [Yes]                         a button: pressed, keyed on the phone or said where it is none
Lena: {ticket: T-3; agent: Mira}    a form in Slack; elsewhere each is said in turn
Offhook: Which colleague            is in what was answered; several lines, several pieces
Offhook not: Back to                is not
--- restart                         another process goes on
--- records
ticket 3: assignee=Mira Okafor, status=open
task new: title=Pump, due_at=2026-11-24 14:00
hours gone
nothing                             what is not named has not changed
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

SPEAKER, ANSWERER = "Lena", "Offhook"
_LINE = re.compile(rf"(?P<who>{SPEAKER}|{ANSWERER})(?P<not> not)?: (?P<text>.+)")
_BUTTON = re.compile(r"\[(.+)\]")
_FORM = re.compile(r"\{(.+)\}")
_RECORD = re.compile(r"(?P<table>\w+)(?: (?P<which>\d+|new|gone))?(?:: (?P<values>.+))?")


@dataclass(frozen=True, slots=True)
class Said:
    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    label: str


@dataclass(frozen=True, slots=True)
class FilledIn:
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answered:
    piece: str
    is_absent: bool


@dataclass(frozen=True, slots=True)
class Restarted:
    pass


Step: TypeAlias = Said | Pressed | FilledIn | Answered | Restarted


@dataclass(frozen=True, slots=True)
class Record:
    """`which`: its id, `new`, or `gone`."""

    table: str
    which: str
    values: dict[str, str]


@dataclass(slots=True)
class Conversation:
    name: str
    steps: list[Step] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


def conversations(folder: Path) -> list[Conversation]:
    return [read(path) for path in sorted(folder.glob("*.txt"))]


def read(path: Path) -> Conversation:
    """Raises ValueError for a line that is none."""
    found, is_over = Conversation(path.stem), False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text == "--- records":
            is_over = True
        elif text == "--- restart":
            found.steps.append(Restarted())
        elif is_over:
            found.records += _records(text)
        elif (match := _LINE.fullmatch(text)) is not None:
            found.steps.append(_step(match))
        else:
            raise ValueError(f"{path.name}:{number}: {text}")
    if not is_over:
        raise ValueError(f"{path.name}: which records are there in the end?")
    return found


def _step(match: re.Match[str]) -> Step:
    text = match["text"]
    if match["who"] == ANSWERER:
        return Answered(text, is_absent=match["not"] is not None)
    if button := _BUTTON.fullmatch(text):
        return Pressed(button[1])
    if form := _FORM.fullmatch(text):
        return FilledIn(_pairs(form[1].split("; "), ": "))
    return Said(text)


def _records(text: str) -> list[Record]:
    if text == "nothing":
        return []
    match = _RECORD.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return [Record(match["table"], match["which"] or "new", _pairs((match["values"] or "").split(", "), "="))]


def _pairs(texts: Sequence[str], separator: str) -> dict[str, str]:
    return {name: value for name, _separator, value in (text.partition(separator) for text in texts) if name}
