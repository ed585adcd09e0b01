"""Somebody outside to whom a call is passed on, or who is asked about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import passed, rooms, transfers
from crm_core.callcenter.legs import CallLeg
from crm_core.callcenter.transfers import Kind
from crm_core.company import company_of
from telephony.agent_leg import say_to
from telephony.voice import meet, press, speak

DECIDE_SECONDS = 12


async def answered(session: AsyncSession, leg: CallLeg, now: datetime) -> VoiceResponse:
    """Who is asked first speaks to our agent, who notices a mailbox; who is to take the caller presses a key."""
    transfer = await transfers.of_leg(session, leg.id)
    if transfer is not None and transfer.kind == Kind.WARM:
        return await _join(session, leg, now)
    response = VoiceResponse()
    offer = await say_to(session, leg, "phone.third-offer", company=company_of(session).name)
    press(response, [offer], f"/twilio/third/accept?leg={leg.id}", DECIDE_SECONDS)
    speak(response, await say_to(session, leg, "phone.third-gone"))
    response.hangup()
    return response


async def decide(session: AsyncSession, leg: CallLeg, digits: str, now: datetime) -> VoiceResponse:
    if digits == "1":
        return await _join(session, leg, now)
    return await _part(session, leg)


async def _join(session: AsyncSession, leg: CallLeg, now: datetime) -> VoiceResponse:
    call = await passed.third_joined(session, leg, now)
    if call is None:
        return await _part(session, leg)
    response = VoiceResponse()
    meet(response, await rooms.room_of(session, call.id), as_agent=True)
    return response


async def _part(session: AsyncSession, leg: CallLeg) -> VoiceResponse:
    response = VoiceResponse()
    speak(response, await say_to(session, leg, "phone.third-gone"))
    response.hangup()
    return response
