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
    """A button is an utterance. `record` and `version` say what it was drawn from, so that a stale press is noticed."""

    label: str
    say: str
    style: Style = Style.PLAIN
    record: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    choices: list[Choice]


Part: TypeAlias = Fields | Table | Choices


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
