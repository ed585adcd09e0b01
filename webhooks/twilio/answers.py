"""What Twilio is told at each of its addresses: from a verified request to the conversation, and back as TwiML."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.callcenter import arrivals, calls, ending, legs
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.errors import NotFound
from telephony import agent_leg, ivr
from telephony.turn import Heard
from telephony.voice import to_bytes
from webhooks.twilio.hook import Hook

Answer = Callable[[AsyncSession, Hook], Awaitable[bytes]]

MOST_DIGITS = 50
EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


async def _voice(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await ivr.begin(session, hook.sid, *hook.numbers, hook.now))


async def _step(session: AsyncSession, hook: Hook) -> bytes:
    call = await _call_by_sid(session, hook)
    heard = Heard(hook.digits[:MOST_DIGITS], hook.form.get("SpeechResult", ""))
    return to_bytes(await ivr.step(session, call, heard, hook.now))


async def _partial(session: AsyncSession, hook: Hook) -> bytes:
    stable, unstable = hook.form.get("StableSpeechResult", ""), hook.form.get("UnstableSpeechResult", "")
    said = f"{stable} {unstable}".strip()
    await ivr.heard_so_far(session, await _call(session, hook), said, hook.number("step", 0), hook.now)
    return EMPTY


async def _wait(session: AsyncSession, hook: Hook) -> bytes:
    call, step, round_ = await _call(session, hook), hook.number("step", 0), hook.number("round", 0)
    return to_bytes(await ivr.wait(session, call, step, round_, hook.now))


async def _wait_key(session: AsyncSession, hook: Hook) -> bytes:
    call, step, round_ = await _call(session, hook), hook.number("step", 0), hook.number("round", 0)
    return to_bytes(await ivr.wait_key(session, call, hook.digits, step, round_, hook.now))


async def _left(session: AsyncSession, hook: Hook) -> bytes:
    result = hook.form.get("QueueResult", "")
    return to_bytes(await ivr.left_queue(session, await _call(session, hook), result, hook.now))


async def _conference(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(ivr.conference(await _call(session, hook)))


async def _farewell(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await ivr.farewell(session, await _call(session, hook), hook.now))


async def _again(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await ivr.again(session, await _call(session, hook), hook.digits, hook.now))


async def _transferred(session: AsyncSession, hook: Hook) -> bytes:
    call, status = await _call(session, hook), hook.form.get("DialCallStatus", "")
    if hook.form.get("CallStatus") == "completed":
        # The caller hung up meanwhile: there is nobody to lead on.
        return EMPTY
    return to_bytes(await ivr.transferred(session, call, status, hook.now))


async def _voicemail(session: AsyncSession, hook: Hook) -> bytes:
    call, (sid, url) = await _call(session, hook), hook.recording
    return to_bytes(await ivr.left_message(session, call, sid, url, hook.seconds, hook.now))


async def _recording(session: AsyncSession, hook: Hook) -> bytes:
    call, (sid, url) = await _call(session, hook), hook.recording
    await ivr.recording_arrived(session, call, sid, url, hook.seconds, hook.now)
    return EMPTY


async def _agent(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await agent_leg.offer(session, await _leg(session, hook), hook.now))


async def _accept(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await agent_leg.decide(session, await _leg(session, hook), hook.digits, hook.now))


async def _leg_status(session: AsyncSession, hook: Hook) -> bytes:
    status = hook.status
    if status is not None:
        leg = await _leg(session, hook)
        await agent_leg.report(session, leg, hook.sid, status, hook.at, hook.seconds, hook.now)
    return EMPTY


async def _status(session: AsyncSession, hook: Hook) -> bytes:
    reported = hook.status
    if reported is not None:
        call = await arrivals.lock_or_begin(session, hook.sid, *hook.numbers, hook.now)
        await ending.report(session, call, reported, hook.at, hook.seconds, hook.now)
    return EMPTY


async def _call_by_sid(session: AsyncSession, hook: Hook) -> Call:
    call = await calls.lock_by_sid(session, hook.sid)
    if call is None:
        raise NotFound("call.unknown", ref=hook.sid[:40])
    return call


async def _call(session: AsyncSession, hook: Hook) -> Call:
    """By our own number in the address: a conference or queue may report under another CallSid."""
    return await calls.lock_call(session, hook.number("call"))


async def _leg(session: AsyncSession, hook: Hook) -> CallLeg:
    leg = await legs.lock_leg(session, hook.number("leg"))
    if leg is None:
        raise NotFound("call.unknown", ref=str(hook.number("leg")))
    return leg


SECRET = {"pin"}
"""What is pressed there is kept in no receipt."""
ANSWERS: dict[str, Answer] = {
    "voice": _voice,
    "ivr": _step,
    "pin": _step,
    "partial": _partial,
    "wait": _wait,
    "wait-key": _wait_key,
    "left": _left,
    "conference": _conference,
    "farewell": _farewell,
    "again": _again,
    "transferred": _transferred,
    "voicemail": _voicemail,
    "recording": _recording,
    "agent": _agent,
    "agent/accept": _accept,
    "leg": _leg_status,
    "status": _status,
}
