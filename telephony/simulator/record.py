"""A message that a caller leaves."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from telephony.simulator import recordings, script
from telephony.simulator.call import Call
from telephony.simulator.documents import Goto
from telephony.simulator.phone import SILENCE, HungUp
from telephony.simulator.recordings import Recording
from telephony.simulator.reports import Callback
from telephony.simulator.spoken import CHARACTERS_A_SECOND
from telephony.simulator.verbs import Page, is_true, verb

SILENCE_SECONDS = 5.0
LONGEST_SECONDS = 3600.0
ANY_KEY = "1234567890*#"


@verb(
    "Record",
    "action method timeout finishOnKey maxLength playBeep trim transcribe transcribeCallback"
    " recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent",
)
async def record(call: Call, element: Element, page: Page) -> Goto | None:
    """Without `action` the document's own address is asked again; what is empty falls through to the next verb."""
    if is_true(element, "playBeep", default=True):
        call.hear_sound("beep")
    recording = recordings.start(call.exchange, "RecordVerb", call.name, callback_of(element, page), call_sid=call.sid)
    try:
        key = await _listen(call, element, recording)
    except HungUp:
        if recording.words:
            await script.ask_in_vain(call, _keep(call, element, page, recording, "hangup"))
        raise
    finally:
        if not recording.words:
            recording.give_up()
        recording.finish()
    return _keep(call, element, page, recording, key) if recording.words else None


async def _listen(call: Call, element: Element, recording: Recording) -> str:
    """The key that ended it; empty for silence."""
    silence = float(element.get("timeout", SILENCE_SECONDS))
    latest = call.in_seconds(float(element.get("maxLength", LONGEST_SECONDS)))
    until = min(latest, call.in_seconds(silence))
    while True:
        given = await call.expect("recording", until)
        if given == SILENCE:
            return ""
        if given.kind == "press" and given.value in element.get("finishOnKey", ANY_KEY):
            return given.value
        if given.kind in {"say", "begin"} and given.value:
            spoken = max(1.0, len(given.value) / CHARACTERS_A_SECOND)
            recording.hear(given.value, spoken)
            until = min(latest, call.in_seconds(silence + (spoken if call.exchange.real_time else 0)))


def _keep(call: Call, element: Element, page: Page, recording: Recording, key: str) -> Goto:
    recording.finish()
    if is_true(element, "transcribe") or element.get("transcribeCallback"):
        _transcribe(call, element, page, recording)
    params = {
        "RecordingSid": recording.sid,
        "RecordingUrl": recording.url,
        "RecordingDuration": str(recording.seconds),
        "Digits": key,
    }
    return Goto(page.address(element.get("action")), params, element.get("method", "POST"))


def _transcribe(call: Call, element: Element, page: Page, recording: Recording) -> None:
    url = element.get("transcribeCallback")
    if not url:
        return
    sid = call.exchange.new_sid("TR")
    params = call.params() | {
        "TranscriptionSid": sid,
        "TranscriptionText": " ".join(recording.words),
        "TranscriptionStatus": "completed",
        "TranscriptionUrl": f"{recording.url}/Transcriptions/{sid}",
        "RecordingSid": recording.sid,
        "RecordingUrl": recording.url,
    }
    call.exchange.report(
        Callback(page.address(url)),
        "completed",
        params,
        kind="transcription",
        subject=sid,
        of=f"transcription of {call.name}",
        later=True,
        is_essential=True,
    )


def callback_of(element: Element, page: Page) -> Callback:
    """Whom a verb wants to be told of its recording."""
    url = element.get("recordingStatusCallback")
    events = frozenset(element.get("recordingStatusCallbackEvent", "completed").split())
    method = element.get("recordingStatusCallbackMethod", "POST")
    return Callback(page.address(url) if url else "", method, events)
