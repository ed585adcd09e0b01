"""A call that is put through to another number: a standby phone, a partner."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core import activity
from crm_core.agents import SYSTEM
from telephony.turn import Turn
from telephony.voice import Spoken, speak

RING_SECONDS = 25
ANSWERED = {"completed", "answered"}


async def put_through(turn: Turn, number: str, before: list[Spoken]) -> VoiceResponse:
    """Who is rung sees the caller's own number."""
    response = VoiceResponse()
    for spoken in before:
        speak(response, spoken)
    action = f"/twilio/transferred?call={turn.call.id}&step={turn.next_step()}"
    dial = response.dial(action=action, method="POST", timeout=RING_SECONDS, answer_on_bridge=True)
    dial.number(number)
    await activity.record(turn.session, SYSTEM, "call.put-through", "call", turn.call.id, turn.now, {"to": number})
    return response


def was_answered(status: str) -> bool:
    return status in ANSWERED
