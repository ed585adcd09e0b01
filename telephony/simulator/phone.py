"""The phone in somebody's hand during one call: what they do with it, and what they hear."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from telephony.simulator.clock import Timer
from telephony.simulator.pace import Pace

Kind = Literal["press", "say", "begin", "wait", "answer", "decline", "ignore"]
# So long after the radio is gone the network gives the call up.
SIGNAL_LOST_SECONDS = 12.0


@dataclass(frozen=True)
class Input:
    """What a person does. `wait`: nothing, until the time that is pending has run out."""

    kind: Kind
    value: str = ""


@dataclass(frozen=True)
class Heard:
    """`speaker`: the number of the person who said it; empty for the voice of the network."""

    text: str
    language: str = ""
    voice: str = ""
    speaker: str = ""


class Interrupt(Exception):
    """Cuts short whatever the call is doing. Raised where the call waits, or before its next verb."""


class HungUp(Interrupt):
    """By the person, or by the network on somebody's request."""


SILENCE = Input("wait")


class Phone:
    """Each action returns when the whole network is still again; in real time when this call waits for somebody."""

    def __init__(self, pace: Pace, number: str) -> None:
        self.pace = pace
        self.number = number
        self.doing = "ringing"
        self.prompts: list[Heard] = []
        self.sounds: list[str] = []
        self.has_signal = True
        self._inputs: deque[Input] = deque()
        self._interrupts: deque[Interrupt] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._settled = asyncio.Event()
        self._deadline: datetime | None = None

    @property
    def heard(self) -> str:
        return " ".join(prompt.text for prompt in self.prompts)

    @property
    def is_over(self) -> bool:
        return self.doing == "ended"

    async def press(self, keys: str) -> None:
        for key in keys:
            await self._do(Input("press", key))

    async def say(self, text: str) -> None:
        """To the menu or the recording that listens, or to whoever else is in the conversation."""
        await self._do(Input("say", text))

    async def begin_saying(self, text: str) -> None:
        """Speech that has begun and not ended: only partial results are sent."""
        await self._do(Input("begin", text))

    async def wait(self) -> None:
        """Silence until the pending time runs out."""
        if self.pace.real_time:
            await self._do(SILENCE)
        elif self._deadline is not None:
            await self.pace.advance_to(self._deadline)
        else:
            await self.pace.settle()

    async def hang_up(self) -> None:
        if not self.is_over:
            self.interrupt(HungUp())
        await self._at_rest()

    async def lose_signal(self) -> None:
        """From now on silence on both sides; the network hangs up when it has noticed."""
        self.has_signal = False
        self.pace.clock.after(SIGNAL_LOST_SECONDS, lambda: self.interrupt(HungUp()))
        await self._at_rest()

    async def answer(self) -> None:
        """A call that rings is picked up."""
        await self._do(Input("answer"))

    async def decline(self) -> None:
        await self._do(Input("decline"))

    async def ignore(self) -> None:
        """Let it ring until it stops."""
        await self._do(Input("ignore"))

    def tell(self, given: Input) -> None:
        """An action without waiting for what comes of it."""
        if self.is_over or not self.has_signal:
            return
        self._inputs.append(given)
        self._wake()

    def interrupt(self, cause: Interrupt) -> None:
        if not self.is_over:
            self._interrupts.append(cause)
            self._wake()

    async def settled(self) -> None:
        """Until this call waits for somebody or for time, or is over."""
        await self._settled.wait()

    def hear(self, heard: Heard) -> None:
        if self.has_signal:
            self.prompts.append(heard)

    def hear_sound(self, sound: str) -> None:
        if self.has_signal:
            self.sounds.append(sound)

    def check(self) -> None:
        """Raises what has interrupted the call since it last waited."""
        if self._interrupts:
            raise self._interrupts.popleft()

    def disregard(self, *kinds: type[Interrupt]) -> None:
        """Such interrupts came too late: what they were about is over."""
        self._interrupts = deque(cause for cause in self._interrupts if not isinstance(cause, kinds))

    async def expect(self, doing: str, until: datetime | None = None) -> Input:
        """What the person does next, or SILENCE when `until` has come. Raises Interrupt."""
        self.doing = doing
        while not self._inputs and not self._interrupts:
            if until is not None and self.pace.clock.now() >= until:
                return SILENCE
            await self._wait(until)
        self.check()
        return self._inputs.popleft()

    async def pass_time(self, doing: str, seconds: float) -> None:
        """Whatever the person does meanwhile reaches nobody."""
        if seconds > 0:
            until = self.in_seconds(seconds)
            while await self.expect(doing, until) != SILENCE:
                pass

    def in_seconds(self, seconds: float) -> datetime:
        return self.pace.clock.now() + timedelta(seconds=seconds)

    async def _wait(self, until: datetime | None) -> None:
        timer: Timer | None = None
        if until is not None:
            timer = self.pace.clock.at(until, self._wake)
        self._deadline = until
        self._waiter = asyncio.get_running_loop().create_future()
        self._settled.set()
        self.waits()
        self.pace.stillness.end()
        try:
            await self._waiter
        except asyncio.CancelledError:
            self.pace.stillness.begin()
            raise
        finally:
            self._deadline = None
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        self._settled.clear()
        if self._waiter is not None:
            waiter, self._waiter = self._waiter, None
            self.pace.stillness.begin()
            waiter.set_result(None)

    def waits(self) -> None:
        """Told each time before the call waits."""

    async def _do(self, given: Input) -> None:
        self.tell(given)
        await self._at_rest()

    async def _at_rest(self) -> None:
        if self.pace.real_time:
            await self.settled()
        else:
            await self.pace.settle()
