"""The line in which callers wait: how a document puts them into it."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from telephony.turn import Turn
from telephony.voice import Spoken, speak


def enqueued(turn: Turn, queue: str, before: list[Spoken]) -> VoiceResponse:
    """The place itself is the core's: crm_core.callcenter.routing.join."""
    response = VoiceResponse()
    for spoken in [*before, turn.say("phone.queue-joined")]:
        speak(response, spoken)
    step = turn.next_step()
    response.enqueue(
        queue,
        action=f"/twilio/left?call={turn.call.id}&step={step}",
        method="POST",
        wait_url=f"/twilio/wait?call={turn.call.id}&step={step}",
        wait_url_method="POST",
    )
    return response
