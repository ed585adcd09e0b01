"""Keys and speech that answer a prompt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from xml.etree.ElementTree import Element

from telephony.simulator.call import Call
from telephony.simulator.documents import Goto
from telephony.simulator.phone import SILENCE
from telephony.simulator.reports import Callback
from telephony.simulator.spoken import hear, lasts
from telephony.simulator.verbs import Page, is_true, verb

SILENCE_SECONDS = 5.0
LONGEST_SPEECH_SECONDS = 60.0
CONFIDENCE = "0.92"


@dataclass
class Listening:
    """What has been understood so far. Keys count more than words."""

    call: Call
    element: Element
    page: Page
    digits: str = ""
    finished_on: str = ""
    begun: str = ""
    partials: int = 0
    inputs: list[str] = field(default_factory=list)

    @property
    def silence(self) -> float:
        return float(self.element.get("timeout", SILENCE_SECONDS))

    def press(self, key: str) -> bool:
        """True when no further key is wanted."""
        if key == self.element.get("finishOnKey", "#"):
            self.finished_on = key
            return True
        self.digits += key
        return len(self.digits) == int(self.element.get("numDigits", "0"))

    def tell_partly(self, text: str) -> None:
        """The longer the speech, the more of it is known."""
        url = self.element.get("partialResultCallback")
        if not url:
            return
        words, call = text.split(), self.call
        callback = Callback(self.page.address(url), self.element.get("partialResultCallbackMethod", "POST"))
        for end in sorted({max(1, len(words) // 2), len(words)}):
            params = call.params() | {"UnstableSpeechResult": " ".join(words[:end]), "Stability": "0.8"}
            params["SequenceNumber"] = str(self.partials)
            self.partials += 1
            call.exchange.report(
                callback, "partial", params, kind="partial", subject=call.sid, of=call.name, is_essential=True
            )

    def result(self, speech: str = "") -> Goto | None:
        """None when nothing was understood, and nobody wants to know that."""
        if not (self.digits or speech or is_true(self.element, "actionOnEmptyResult")):
            return None
        params = {"msg": "Gather End"}
        if speech and not self.digits:
            params |= {"SpeechResult": speech, "Confidence": CONFIDENCE, "Language": self._language}
        elif self.digits or "dtmf" in self.inputs:
            params |= {"Digits": self.digits, "FinishedOnKey": self.finished_on}
        return Goto(self.page.address(self.element.get("action")), params, self.element.get("method", "POST"))

    @property
    def _language(self) -> str:
        return self.element.get("language", "en-US")


@verb(
    "Gather",
    "action method input numDigits finishOnKey timeout speechTimeout maxSpeechTime hints language bargeIn"
    " actionOnEmptyResult partialResultCallback partialResultCallbackMethod profanityFilter speechModel enhanced",
    "Say Play Pause",
)
async def gather(call: Call, element: Element, page: Page) -> Goto | None:
    listening = Listening(call, element, page, inputs=element.get("input", "dtmf").split())
    spoken = 0.0
    for prompt in element:
        hear(call, prompt)
        spoken += lasts(call.exchange, prompt, page.setting)
    if element.get("bargeIn") == "false":
        await call.pass_time("listening", spoken)
        spoken = 0.0
    return await _listen(listening, call.in_seconds(spoken + listening.silence))


async def _listen(listening: Listening, until: datetime) -> Goto | None:
    call = listening.call
    while True:
        given = await call.expect("gathering", until)
        if given == SILENCE:
            return listening.result(listening.begun)
        if given.kind == "press" and "dtmf" in listening.inputs:
            if listening.press(given.value):
                return listening.result()
            until = call.in_seconds(listening.silence)
        elif given.kind in {"say", "begin"} and "speech" in listening.inputs and not listening.digits:
            listening.tell_partly(given.value)
            if given.kind == "say":
                return listening.result(given.value)
            listening.begun = given.value
            until = call.in_seconds(float(listening.element.get("maxSpeechTime", LONGEST_SPEECH_SECONDS)))
