"""A sentence word by word, its numbers in digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from intents.understand.features import cut
from intents.values.written import Written, written

# Tokens from the first to before the last.
Stretch: TypeAlias = tuple[int, int]
# A reference, a number or an address is one word, what owns it (`Bruno's`) and what ends a sentence are others.
_TOKEN = re.compile(r"['’]s\b|[\w@#+€$£](?:\S*?(?=['’]s\b)|\S*[\w%€$£*])?|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """`places` are begins and ends in the written text."""

    written: Written
    places: list[tuple[int, int]]

    @classmethod
    def of(cls, text: str) -> Tokens:
        """Of a long text, its beginning."""
        said = written(text)
        return cls(said, [found.span() for found in _TOKEN.finditer(cut(said.text))])

    def __len__(self) -> int:
        return len(self.places)

    def words(self) -> list[str]:
        return [self.written.text[start:end] for start, end in self.places]

    def as_said(self, stretch: Stretch) -> str:
        first, behind = stretch
        return self.written.as_said(self.places[first][0], self.places[behind - 1][1])

    def over(self, start: int, end: int) -> Stretch | None:
        """The tokens that stand there in what was said."""
        said = [self.written.place(*place) for place in self.places] if self.written.changes else self.places
        over = [at for at, (begin, finish) in enumerate(said) if begin < end and finish > start]
        return (over[0], over[-1] + 1) if over else None
