"""Status callbacks: each subject's own in their order, late or lost only where chaos wants it."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from dataclasses import dataclass
from functools import partial
from itertools import count

from telephony.simulator.chaos import Chaos, Fate
from telephony.simulator.clock import Clock
from telephony.simulator.delivery import Deliverer
from telephony.simulator.stillness import Stillness

# In real time what is held until all else is still comes this much later.
LATER_SECONDS = 1.0


@dataclass(frozen=True)
class Callback:
    """Where somebody wants to be told, and of which events. Without an address nobody is."""

    url: str = ""
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})

    def wants(self, event: str) -> bool:
        return bool(self.url) and event in self.events


@dataclass(frozen=True)
class Report:
    """`subject`: the SID whose events keep their order; `of` and `event`: its lasting names, for chaos."""

    subject: str
    of: str
    event: str
    kind: str
    callback: Callback
    params: dict[str, str]
    token: str


class Reports:
    def __init__(
        self, clock: Clock, stillness: Stillness, deliverer: Deliverer, chaos: Chaos | None, *, real_time: bool
    ) -> None:
        self._clock = clock
        self._stillness = stillness
        self._deliverer = deliverer
        self._chaos = chaos
        self._real_time = real_time
        self._lines: dict[str, deque[Report]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._held: list[tuple[float, int, Report]] = []
        self._numbers = count()
        self.delayed = 0
        self.dropped: list[Report] = []

    def send(self, report: Report, *, is_essential: bool = False) -> None:
        """`is_essential`: not to be dropped or reordered, since nothing else tells it."""
        fate = Fate() if self._chaos is None or is_essential else self._chaos.fate(report.of, report.event)
        if fate.is_dropped:
            self.dropped.append(report)
            return
        if fate.seconds:
            self._delay(fate.seconds, report)
        elif fate.rank is not None:
            self.hold(report, fate.rank)
        else:
            self._queue(report)
        if fate.is_doubled:
            self.hold(report)

    def hold(self, report: Report, rank: float = 1.0) -> None:
        """Until all else is still."""
        if self._real_time:
            self._delay(rank * LATER_SECONDS, report)
        else:
            heapq.heappush(self._held, (rank, next(self._numbers), report))

    def release(self) -> bool:
        """One that was held sets out; False when there is none."""
        if not self._held:
            return False
        self._queue(heapq.heappop(self._held)[2])
        return True

    async def delivered(self, subject: str) -> None:
        """All that is on its way about this subject."""
        task = self._tasks.get(subject)
        if task is not None:
            await asyncio.shield(task)

    async def stop(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _delay(self, seconds: float, report: Report) -> None:
        self.delayed += 1
        self._clock.after(seconds, partial(self._arrive, report))

    def _arrive(self, report: Report) -> None:
        self.delayed -= 1
        self._queue(report)

    def _queue(self, report: Report) -> None:
        self._stillness.begin()
        self._lines.setdefault(report.subject, deque()).append(report)
        if report.subject not in self._tasks:
            self._tasks[report.subject] = asyncio.ensure_future(self._work_off(report.subject))

    async def _work_off(self, subject: str) -> None:
        line = self._lines[subject]
        try:
            while line:
                report = line.popleft()
                try:
                    await self._deliverer.send(
                        report.callback.url,
                        report.params,
                        report.token,
                        method=report.callback.method,
                        kind=report.kind,
                    )
                finally:
                    self._stillness.end()
        finally:
            for _unsent in line:
                self._stillness.end()
            del self._tasks[subject], self._lines[subject]
