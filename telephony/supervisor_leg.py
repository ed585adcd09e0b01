"""A lead who listens to a talk, whispers or joins in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from twilio.twiml.voice_response import VoiceResponse

from crm_core import agents
from crm_core.callcenter import calls, rooms, supervision
from crm_core.callcenter.legs import CallLeg, Mode
from telephony.agent_leg import DECIDE_SECONDS, customer_name, say_to
from telephony.voice import overhear, press, speak


async def answered(session: AsyncSession, leg: CallLeg, now: datetime) -> VoiceResponse:
    """A mailbox must not record what customers say."""
    call = await calls.lock_call(session, leg.call_id)
    response = VoiceResponse()
    name, agent = await customer_name(session, call), await agents.name_of(session, call.agent_id)
    offer = await say_to(session, leg, "phone.supervisor-offer", name=name, agent=agent)
    press(response, [offer], f"/twilio/supervisor/accept?leg={leg.id}", DECIDE_SECONDS)
    response.hangup()
    return response


async def told(session: AsyncSession, leg: CallLeg) -> VoiceResponse:
    """To the agent alone, in their language."""
    call = await calls.lock_call(session, leg.call_id)
    theirs = await supervision.coached_leg(session, call)
    response = VoiceResponse()
    if theirs is not None:
        name = await agents.name_of(session, leg.agent_id)
        speak(response, await say_to(session, theirs, f"phone.supervised-{leg.mode}", name=name))
    return response


async def decide(session: AsyncSession, leg: CallLeg, digits: str, now: datetime) -> VoiceResponse:
    response = VoiceResponse()
    call = await supervision.joined(session, leg, now) if digits == "1" else None
    if call is None:
        speak(response, await say_to(session, leg, "phone.supervisor-gone"))
        response.hangup()
        return response
    coached = await supervision.coached_leg(session, call) if leg.mode == Mode.WHISPER else None
    # Without anybody to whisper to they are heard by nobody.
    muted = leg.mode == Mode.LISTEN or (leg.mode == Mode.WHISPER and (coached is None or coached.sid is None))
    overhear(
        response,
        await rooms.room_of(session, call.id),
        muted=muted,
        coached=coached.sid if coached is not None else None,
    )
    return response
