"""How time passes in a network, and when all that began has come to rest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from telephony.simulator.chaos import Chaos
from telephony.simulator.clock import RealClock, VirtualClock
from telephony.simulator.delivery import Deliverer
from telephony.simulator.reports import Reports
from telephony.simulator.stillness import Stillness

# Work that is never done is a mistake of who gave it, and no reason to hang.
MOST_ROUNDS = 10_000


@dataclass(frozen=True)
class Companion:
    work: Callable[[], Awaitable[bool]]
    next_due: Callable[[], Awaitable[datetime | None]] | None


class Pace:
    """With `real_time` all takes its time; without it the clock stands still until `advance`."""

    def __init__(self, deliverer: Deliverer, *, real_time: bool, chaos: Chaos | None, start: datetime | None) -> None:
        self.real_time = real_time
        self.chaos = chaos
        self.deliverer = deliverer
        self.virtual = None if real_time else VirtualClock(start)
        self.clock = self.virtual or RealClock()
        self.stillness = Stillness()
        self.reports = Reports(self.clock, self.stillness, deliverer, chaos, real_time=real_time)
        self._companions: list[Companion] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._settling = asyncio.Lock()

    def accompany(
        self,
        work: Callable[[], Awaitable[bool]],
        next_due: Callable[[], Awaitable[datetime | None]] | None = None,
    ) -> None:
        """The product's worker settles too: `work` says whether there was something to do, `next_due` when there is."""
        self._companions.append(Companion(work, next_due))

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """What happens by itself, and is waited for."""
        self.stillness.begin()
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.reports.stop()
        await self.deliverer.close()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.stillness.end()

    async def settle(self) -> None:
        """Until every call waits for somebody or for time, no webhook is under way and no companion has work."""
        async with self._settling:
            for _round in range(MOST_ROUNDS):
                await self.stillness.wait()
                if self.reports.release() or await self._work():
                    continue
                if self.stillness.is_still:
                    return
            raise RuntimeError("the network does not come to rest")

    async def advance(self, seconds: float) -> None:
        """What falls due meanwhile happens in the order of time, and settles before the next."""
        await self.advance_to(self.clock.now() + timedelta(seconds=seconds))

    async def advance_to(self, moment: datetime) -> None:
        if self.virtual is None:
            raise RuntimeError("real time passes by itself")
        await self.settle()
        while (due := await self._next_due()) is not None and due <= moment:
            self.virtual.move_to(due)
            await self.settle()
        self.virtual.move_to(moment)
        await self.settle()

    async def catch_up(self) -> None:
        """Until no callback is on its way that chaos delayed."""
        await self.settle()
        while self.reports.delayed and self.virtual is not None and (due := self.virtual.next_due()) is not None:
            await self.advance_to(due)

    async def _work(self) -> bool:
        found = [await companion.work() for companion in self._companions]
        return any(found)

    async def _next_due(self) -> datetime | None:
        """A companion that is late already has had its turn."""
        assert self.virtual is not None
        asked = [await companion.next_due() for companion in self._companions if companion.next_due is not None]
        times = [time for time in asked if time is not None and time > self.clock.now()]
        own = self.virtual.next_due()
        return min([*times, own] if own is not None else times, default=None)
