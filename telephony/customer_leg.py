"""The customer's side of a call that we made: who calls is said, then they meet the agent who waits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import calls, outgoing, rooms
from crm_core.callcenter.legs import CallLeg
from telephony.turn import turn_of
from telephony.voice import meet, speak


async def answered(session: AsyncSession, leg: CallLeg, now: datetime) -> VoiceResponse:
    call = await calls.lock_call(session, leg.call_id)
    turn = await turn_of(session, call, now)
    response = VoiceResponse()
    if await outgoing.customer_joined(session, leg, now) is None:
        speak(response, turn.say("phone.customer-nobody", company=turn.company.name))
        response.hangup()
        return response
    speak(response, turn.say("phone.customer-greeting", company=turn.company.name))
    if turn.company.callcenter.supervision != "off":
        speak(response, turn.say("phone.supervision-notice"))
    meet(response, await rooms.room_of(session, call.id), as_agent=False)
    return response
