"""Which words of an example are which argument of its command: `close [T-7](ticket)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from intents.understand.examples import Example, read_marked

_MARK = re.compile(r"\[([^\]]+)\]\((\w+)\)")


@dataclass(frozen=True, slots=True)
class Span:
    """`start` and `end` are places in the text without its marks."""

    start: int
    end: int
    argument: str


@dataclass(frozen=True, slots=True)
class Marked:
    text: str
    intent: str
    spans: tuple[Span, ...] = ()

    def words(self) -> dict[str, str]:
        """Of each argument, as they are said."""
        return {span.argument: self.text[span.start : span.end] for span in self.spans}


def read_marks(folder: Path) -> list[Marked]:
    """Raises as `read_marked` does."""
    return [marked(example) for example in read_marked(folder)]


def marked(example: Example) -> Marked:
    text, spans, begin = "", [], 0
    for mark in _MARK.finditer(example.text):
        text += example.text[begin : mark.start()]
        spans.append(Span(len(text), len(text) + len(mark[1]), mark[2]))
        text, begin = text + mark[1], mark.end()
    return Marked(text + example.text[begin:], example.intent, tuple(spans))
