"""The time of the network: the machine's own, or one that stands still until it is moved."""

from __future__ import annotations

import asyncio
import heapq
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count


@dataclass(order=True)
class Timer:
    due: datetime
    number: int
    then: Callable[[], None] = field(compare=False)
    is_cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.is_cancelled = True


class Clock(ABC):
    def __init__(self) -> None:
        self._numbers = count()

    @abstractmethod
    def now(self) -> datetime:
        """Aware UTC."""

    @abstractmethod
    def at(self, due: datetime, then: Callable[[], None]) -> Timer: ...

    def after(self, seconds: float, then: Callable[[], None]) -> Timer:
        return self.at(self.now() + timedelta(seconds=seconds), then)


class RealClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)

    def at(self, due: datetime, then: Callable[[], None]) -> Timer:
        timer = Timer(due, next(self._numbers), then)

        def fire() -> None:
            if not timer.is_cancelled:
                then()

        asyncio.get_running_loop().call_later(max(0.0, (due - self.now()).total_seconds()), fire)
        return timer


class VirtualClock(Clock):
    """Stands still: `move_to` is the only thing that makes it later."""

    def __init__(self, start: datetime | None = None) -> None:
        super().__init__()
        self._now = start or datetime.now(UTC)
        self._timers: list[Timer] = []

    def now(self) -> datetime:
        return self._now

    def at(self, due: datetime, then: Callable[[], None]) -> Timer:
        timer = Timer(due, next(self._numbers), then)
        heapq.heappush(self._timers, timer)
        return timer

    def next_due(self) -> datetime | None:
        while self._timers and self._timers[0].is_cancelled:
            heapq.heappop(self._timers)
        return self._timers[0].due if self._timers else None

    def move_to(self, moment: datetime) -> None:
        """Fires the one timer that is due first, if it is due by then; never goes back."""
        self._now = max(self._now, moment)
        due = self.next_due()
        if due is not None and due <= self._now:
            heapq.heappop(self._timers).then()
