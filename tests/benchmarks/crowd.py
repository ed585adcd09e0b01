"""Two hundred people who call within twenty seconds, and the forty who answer them, each time in the same way."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import Any

from telephony.simulator import Call, FakeTwilio

LINE = "+493023125100"
ARRIVE_WITHIN = 20.0
LEAVE_WITHIN = 20.0
PATIENCE_SECONDS = 90.0
LOOK_EVERY = 0.1
MESSAGE = "Guten Tag, hier spricht die Hausverwaltung. Im Treppenhaus ist seit gestern Abend der Heizkörper kalt. "
# How each kind of call is to end, by its key in the menu, and how many there are. Who only waits comes first and who
# only asks comes last, so that all are on the phone when the last one has come.
KINDS = {"5": ("abandoned", 30), "3": ("done", 70), "4": ("voicemail", 40), "1": ("done", 60)}
CALLERS = sum(count for _state, count in KINDS.values())
AGENTS = 40


def caller_number(number: int) -> str:
    return f"+4930555{number:05}"


def agent_number(number: int) -> str:
    return f"+4930666{number:05}"


@dataclass
class Crowd:
    """`ends`: in which state the call of each number is to be in the end. `most_at_once`: callers on the phone."""

    network: FakeTwilio
    ends: dict[str, str] = field(default_factory=dict)
    most_at_once: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    _all_here: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _seen: int = 0

    async def call(self) -> None:
        """Until the last has hung up."""
        agents = {agent_number(number) for number in range(AGENTS)}
        self.network.on_change.append(lambda: self._pick_up(agents))
        keys = [key for key, (_state, count) in KINDS.items() for _one in range(count)]
        callers = [self._start(self._caller(number, key)) for number, key in enumerate(keys)]
        await asyncio.gather(*callers)
        await asyncio.gather(*self._tasks)

    async def _caller(self, number: int, key: str) -> None:
        random = Random(number)
        self.ends[caller_number(number)] = KINDS[key][0]
        await asyncio.sleep(ARRIVE_WITHIN * number / CALLERS)
        call = await self.network.dial(caller_number(number), LINE)
        self._count()
        await asyncio.sleep(random.uniform(0.5, 2.0))
        await call.press(key)
        match key:
            case "3":
                await self._until(lambda: bool(call.hears), "talk")
            case "4":
                await self._until(lambda: call.doing == "recording", "beep")
                await call.say(MESSAGE * 2)
        await self._all_here.wait()
        await asyncio.sleep(random.uniform(2.0, LEAVE_WITHIN))
        if key == "3" and number % 2 and call.place is not None:
            for agent in call.place.voices(call):
                await agent.hang_up()
            await asyncio.sleep(random.uniform(0.5, 2.0))
        if key == "4":
            await call.press("#")
            await asyncio.sleep(random.uniform(0.5, 2.0))
        await call.hang_up()

    def _count(self) -> None:
        living = sum(call.is_inbound and not call.is_over for call in self.network.calls.values())
        self.most_at_once = max(self.most_at_once, living)
        if sum(call.is_inbound for call in self.network.calls.values()) == CALLERS:
            self._all_here.set()

    def _pick_up(self, agents: set[str]) -> None:
        for call in islice(self.network.calls.values(), self._seen, None):
            if call.to in agents:
                self._start(self._agent(call))
        self._seen = len(self.network.calls)

    async def _agent(self, call: Call) -> None:
        random = Random(call.to)
        await asyncio.sleep(random.uniform(0.5, 2.0))
        await call.answer()
        await asyncio.sleep(random.uniform(0.5, 2.0))
        await call.press("1")

    async def _until(self, condition: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not condition():
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            self.failures[what] += 1

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        return task
