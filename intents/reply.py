"""Reply: what is answered. The text is complete and speakable; parts only add."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from typing import TypeAlias


class Tone(enum.StrEnum):
    """`REFUSED`: understood, but not done. `ERROR`: our own fault."""

    OK = "ok"
    REFUSED = "refused"
    ERROR = "error"


class Style(enum.StrEnum):
    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Fields:
    """Label and value pairs under a title."""

    title: str
    pairs: list[tuple[str, str]]
    body: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, already written in the reader's language. The first cell of a row is its reference."""

    columns: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A button is an utterance. `record` and `version` say what it was drawn from, so that a stale press is noticed;
    `question` which open question it answers, so that it answers no other.
    """

    label: str
    say: str
    style: Style = Style.PLAIN
    record: str | None = None
    version: int | None = None
    question: int | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class FormField:
    """`value` is what was typed so far, `error` what is wrong with it. `takes_digits`: keys of a phone will do."""

    name: str
    label: str
    is_required: bool
    is_long: bool = False
    takes_digits: bool = False
    value: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What is missing, all at once. The text asks for the first of it alone: where no form is drawn, that is asked."""

    fields: list[FormField]
    submit: str
    question: int


Part: TypeAlias = Fields | Table | Choices | Form


@dataclass(frozen=True, slots=True)
class Reply:
    """`shown` lists the references that `it` may mean from now on, the most recent first.

    `lead` is what stands above the parts where they are drawn, without what they show anyway; "" for nothing.
    `is_secret`: told once, and kept nowhere after it was delivered. `forgets_ask`: what was said is kept by no channel.
    """

    text: str
    parts: list[Part] = field(default_factory=list)
    tone: Tone = Tone.OK
    shown: list[str] = field(default_factory=list)
    language: str = "en"
    lead: str | None = None
    is_secret: bool = False
    forgets_ask: bool = False

    def also(self, sentence: str) -> Reply:
        """One more at the end."""
        lead = f"{self.lead} {sentence}".strip() if self.lead is not None else None
        return replace(self, text=f"{self.text} {sentence}", lead=lead)

    @property
    def above(self) -> str:
        """For a channel that draws the parts."""
        return self.text if self.lead is None else self.lead
