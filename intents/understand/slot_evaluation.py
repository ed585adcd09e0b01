"""How well the arguments of utterances are found whose command is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from intents.registry import Command
from intents.understand.marks import Marked

# The words found for the arguments of a command.
Finding = Callable[[Command, str], Mapping[str, str]]
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class SlotQuality:
    """Of all arguments together, whatever their kind."""

    right: int
    found: int
    marked: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.marked if self.marked else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.marked) if self.found + self.marked else 0.0


def slot_quality(examples: Sequence[Marked], commands: Mapping[str, Command], find: Finding) -> SlotQuality:
    """Right are the words that were marked, from the first to the last; letter case and what is no letter or digit
    does not count. Utterances of no command are left out."""
    right = found = marked = 0
    for example in examples:
        if example.intent not in commands:
            continue
        wanted = {name: _bare(words) for name, words in example.words().items()}
        got = {name: _bare(words) for name, words in find(commands[example.intent], example.text).items()}
        right += len(wanted.items() & got.items())
        found += len(got)
        marked += len(wanted)
    return SlotQuality(right, found, marked)


def _bare(words: str) -> str:
    return _BETWEEN.sub("", words.casefold())
