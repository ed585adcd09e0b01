"""The customer is asked whether the talk may be recorded, and may take it back with the star key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import recordings, rooms, taping
from crm_core.callcenter.calls import Call
from crm_core.callcenter.recordings import RUNNING, RecordingState
from crm_core.callcenter.states import CallState
from telephony.turn import Turn, turn_of
from telephony.voice import Spoken, meet, meet_recorded, press, speak

AGREE_KEY = "1"
DECIDE_SECONDS = 8


async def ask(session: AsyncSession, call: Call, now: datetime) -> VoiceResponse:
    """Silence is no consent: it leads where any other key does."""
    turn = await turn_of(session, call, now)
    response = VoiceResponse()
    action = f"/twilio/consent/key?call={call.id}&step={turn.next_step()}"
    press(response, [_announcement(turn)], action, DECIDE_SECONDS)
    response.redirect(f"{action}&silent=1", method="POST")
    return response


async def decide(session: AsyncSession, call: Call, digits: str, now: datetime) -> VoiceResponse:
    turn = await turn_of(session, call, now)
    recording = await recordings.newest(session, call.id, RecordingState.ASKED)
    response = VoiceResponse()
    if recording is not None and digits == AGREE_KEY:
        await taping.agreed(session, call, recording, _announcement(turn).text, now)
        speak(response, turn.say("phone.recording-begins"))
        meet_recorded(
            response, await rooms.room_of(session, call.id), f"/twilio/withdrawn?call={call.id}&step={turn.next_step()}"
        )
        return response
    if recording is not None:
        await taping.declined(session, call, recording, now)
    speak(response, turn.say("phone.recording-none"))
    meet(response, await rooms.room_of(session, call.id), as_agent=False)
    return response


async def withdrawn(session: AsyncSession, call: Call, now: datetime) -> VoiceResponse:
    """The star key led the customer out of the talk; they are back in it after a sentence."""
    response = VoiceResponse()
    if call.state not in {CallState.TALKING, CallState.HOLD}:
        return response
    turn = await turn_of(session, call, now)
    recording = await recordings.newest(session, call.id, *RUNNING, RecordingState.STOPPING)
    if recording is not None:
        await taping.withdrawn(session, call, recording, now)
        speak(response, turn.say("phone.recording-deleted"))
    meet(response, await rooms.room_of(session, call.id), as_agent=False)
    return response


def _announcement(turn: Turn) -> Spoken:
    return turn.say("phone.recording-ask", company=turn.company.name)
