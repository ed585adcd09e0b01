"""Two calls that were put through to each other."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.simulator import recordings
from telephony.simulator.call import Call
from telephony.simulator.phone import Heard, Interrupt


class BridgeOver(Interrupt):
    """The other one is gone."""


@dataclass(eq=False)
class Bridge:
    one: Call
    other: Call
    is_over: bool = False

    def begin(self) -> None:
        if not self.is_over:
            self.one.place = self.other.place = self

    def end(self) -> None:
        if self.is_over:
            return
        self.is_over = True
        for call in (self.one, self.other):
            call.place = None
            call.interrupt(BridgeOver())

    def speak(self, speaker: Call, text: str) -> None:
        listener = self.other if speaker is self.one else self.one
        listener.hear(Heard(text, speaker=speaker.number))
        record_words(speaker, text)
        record_words(listener, text)

    def voices(self, listener: Call) -> list[Call]:
        return [self.other if listener is self.one else self.one]


async def talk(call: Call, bridge: Bridge, *, ends_on_star: bool = False, seconds: float | None = None) -> bool:
    """Until one of the two leaves; True when it was the other. Raises Interrupt when it was this one."""
    doing = f"in conversation with {bridge.voices(call)[0].number}"
    until = call.in_seconds(seconds) if seconds is not None else None
    try:
        while True:
            given = await call.expect(doing, until)
            if given.kind == "say" and call.place is not None:
                call.place.speak(call, given.value)
            elif (given.kind == "press" and given.value == "*" and ends_on_star) or (given.kind == "wait" and until):
                return False
    except BridgeOver:
        return True
    finally:
        bridge.end()
        call.disregard(BridgeOver)


def record_words(call: Call, text: str) -> None:
    for recording in recordings.running(call.exchange, call_sid=call.sid):
        recording.hear(text)
