"""What is said beside the values is said once more, so that it weighs more than they do."""

from __future__ import annotations

from dataclasses import dataclass

from intents.understand.gist import Gist
from intents.understand.opposites import Opposites


@dataclass(frozen=True, slots=True)
class Emphasis:
    gist: Gist
    opposites: Opposites | None

    def of(self, text: str) -> str:
        gist = self.gist.of(text)
        return joined(text, gist, "" if self.opposites is None else self.opposites.of(gist))


def joined(text: str, gist: str, turn: str) -> str:
    return f"{text} {gist} {turn}".rstrip()
