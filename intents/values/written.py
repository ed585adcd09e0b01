"""What is said in words, in digits: `halb vier` as `halb 4`, `t forty two` as `t 42`, `null eins fünf` as `015`.

Everything that reads a value reads this. Free text is taken from where it was said, as it was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from intents.values.writer import changes


@dataclass(frozen=True, slots=True)
class Written:
    """`changes`: where in `text` something else was said: its begin and end there, and those in what was said."""

    said: str
    text: str
    changes: Sequence[tuple[int, int, int, int]] = field(default=())

    def as_said(self, start: int, end: int) -> str:
        begin, finish = self.place(start, end)
        return self.said[begin:finish]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in what was said; a number in words is never cut."""
        return self._origin(start, is_end=False), self._origin(end, is_end=True)

    def _origin(self, at: int, *, is_end: bool) -> int:
        shift = 0
        for begin, end, said_begin, said_end in self.changes:
            if at <= begin:
                break
            if at < end:
                return said_end if is_end else said_begin
            shift = said_end - end
        return at + shift


def written(said: str, *, is_clock: bool = False) -> Written:
    """`is_clock`: what it begins with may be a time of day, as behind an `at`."""
    parts: list[str] = []
    places: list[tuple[int, int, int, int]] = []
    begin = length = 0
    for start, end, text in changes(said, is_clock=is_clock):
        parts += [said[begin:start], text]
        length += start - begin
        places.append((length, length + len(text), start, end))
        length, begin = length + len(text), end
    return Written(said, "".join([*parts, said[begin:]]), tuple(places)) if places else Written(said, said)
