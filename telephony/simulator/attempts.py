"""The phones that ring for a caller, and which of them gets the caller."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from telephony.simulator import ringing, script
from telephony.simulator.bridge import Bridge, talk
from telephony.simulator.call import Call
from telephony.simulator.documents import Failed, Goto
from telephony.simulator.phone import HungUp, Interrupt
from telephony.simulator.reports import Callback
from telephony.simulator.verbs import WHISPER, Page, text_of

# What is told of several who were rung at once: the best of them.
OUTCOMES = ("completed", "busy", "no-answer", "failed", "canceled")


class PutThrough(Interrupt):
    """Somebody took the call."""


class NobodyAnswered(Interrupt):
    """Of all whose phone rang."""


class Attempts:
    """The first who is ready gets the caller, and the other phones stop."""

    def __init__(self, caller: Call, caller_id: str, seconds: float, page: Page) -> None:
        self.caller = caller
        self.calls: list[Call] = []
        self.bridge: Bridge | None = None
        self.winner: Call | None = None
        self._caller_id = caller_id
        self._seconds = seconds
        self._page = page

    @property
    def status(self) -> str:
        """As the action is told it. Who picked up and never got the caller counts as completed all the same."""
        if self.winner is not None:
            return "completed"
        found = {call.status for call in self.calls}
        return next((outcome for outcome in OUTCOMES if outcome in found), "no-answer")

    def ring(self, target: Element) -> None:
        url = target.get("statusCallback")
        callback = Callback(
            self._page.address(url) if url else "",
            target.get("statusCallbackMethod", "POST"),
            frozenset(target.get("statusCallbackEvent", "completed").split()),
        )
        caller = self.caller
        call = Call(
            caller.exchange, self._caller_id, text_of(target), "outbound-dial", callback=callback, parent=caller
        )
        caller.exchange.calls[call.sid] = call
        self.calls.append(call)
        call.at_end.append(self._ended)
        ringing.begin(call)
        call.start(lambda: script.or_elsewhere(call, self._live(call, target)))

    def stop(self) -> None:
        """The caller is alone again. Whoever got the caller hears that, and may be elsewhere by now."""
        if self.bridge is not None:
            self.bridge.end()
        self._silence()

    async def _live(self, call: Call, target: Element) -> None:
        """The document of `url` is for the called person alone, who may hang up instead of taking the call."""
        await ringing.until_answered(call, self._seconds)
        if target.get("sendDigits"):
            call.hear_sound(target.get("sendDigits", ""))
        url = target.get("url")
        if url:
            try:
                await script.play(call, Goto(self._page.address(url), method=target.get("method", "POST")), WHISPER)
            except Failed:
                return
        bridge = self._take(call)
        if bridge is not None:
            await talk(call, bridge)

    def _take(self, call: Call) -> Bridge | None:
        if self.winner is not None or self.caller.is_over:
            return None
        self.winner = call
        self.bridge = Bridge(self.caller, call)
        self.bridge.begin()
        self.caller.interrupt(PutThrough())
        self._silence()
        return self.bridge

    def _silence(self) -> None:
        for call in self.calls:
            if call is not self.winner:
                call.interrupt(HungUp())

    def _ended(self) -> None:
        if self.winner is None and all(call.is_over for call in self.calls):
            self.caller.interrupt(NobodyAnswered())
