"""What the real network does on a bad day, the same for one seed: each decision hangs on a name and not on an order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True)
class Fate:
    """Of one status callback. `rank`: delivered when all else is still, the lowest first; None: in its turn."""

    is_dropped: bool = False
    seconds: float = 0.0
    rank: float | None = None
    is_doubled: bool = False


@dataclass
class Chaos:
    """Rates from 0 to 1. Whoever copes with repeats, order and silence comes to the same end as without chaos.

    A request for a document is never lost; of one call, conference, recording or message at most `most_dropped`
    callbacks are; one REST request is refused at most `most_refused` times in a row; a change that is refused was not
    made. `log` tells what was done to whom.
    """

    seed: int
    doubled: float = 0.15
    shuffled: float = 0.25
    delayed: float = 0.15
    dropped: float = 0.08
    refused: float = 0.12
    answer_lost: float = 0.1
    callback_first: float = 0.3
    swapped: float = 0.5
    longest_delay: float = 4.0
    most_dropped: int = 1
    most_refused: int = 2
    log: list[str] = field(default_factory=list)
    _times: Counter[str] = field(default_factory=Counter)
    _dropped: Counter[str] = field(default_factory=Counter)
    _refusals: Counter[str] = field(default_factory=Counter)

    def fate(self, subject: str, event: str) -> Fate:
        name = self._nth(f"{event} of {subject}")
        if self._dropped[subject] < self.most_dropped and self._happens("dropped", name, self.dropped):
            self._dropped[subject] += 1
            return Fate(is_dropped=True)
        doubled = self._happens("doubled", name, self.doubled)
        if self._happens("delayed", name, self.delayed):
            return Fate(seconds=self._number("delay", name) * self.longest_delay, is_doubled=doubled)
        if self._happens("shuffled", name, self.shuffled):
            return Fate(rank=self._number("rank", name), is_doubled=doubled)
        return Fate(is_doubled=doubled)

    def doubles(self, request: str) -> bool:
        """Whether a request for a document comes a second time."""
        return self._happens("doubled", self._nth(request), self.doubled)

    def refusal(self, request: str) -> tuple[int, int] | None:
        """Status and code, before anything is done."""
        name = self._nth(request)
        if self._refusals[request] >= self.most_refused or not self._happens("refused", name, self.refused):
            self._refusals[request] = 0
            return None
        self._refusals[request] += 1
        return ((429, 20429), (503, 20503), (500, 20500))[int(self._number("refusal", name) * 3)]

    def loses_answer(self, request: str) -> bool:
        """After the request was carried out."""
        return self._happens("answer lost", self._nth(f"answer to {request}"), self.answer_lost)

    def calls_back_first(self, request: str) -> bool:
        return self._happens("callback first", self._nth(f"order of {request}"), self.callback_first)

    def swaps(self, conference: str) -> bool:
        """Whether the end is told before the last who left."""
        return self._happens("swapped", conference, self.swapped)

    def _nth(self, name: str) -> str:
        self._times[name] += 1
        return f"{name}, time {self._times[name]}"

    def _happens(self, what: str, name: str, rate: float) -> bool:
        happens = self._number(what, name) < rate
        if happens:
            self.log.append(f"{what}: {name}")
        return happens

    def _number(self, what: str, name: str) -> float:
        return Random(f"{self.seed} {what} {name}").random()
