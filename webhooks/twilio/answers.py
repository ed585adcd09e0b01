"""What Twilio is told at each of its addresses: from a verified request to the conversation, and back as TwiML."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.callcenter import arrivals, ending, reports, rooms, texting
from crm_core.company import company_of
from crm_core.contacts import texts
from telephony import agent_leg, agent_menu, customer_leg, ivr, texted, waiting
from telephony.turn import Heard
from telephony.voice import to_bytes
from webhooks.twilio import in_a_talk
from webhooks.twilio.found import call_by_sid, the_call, the_leg
from webhooks.twilio.hook import EMPTY, Hook

MOST_DIGITS = 50
Answer = Callable[[AsyncSession, Hook], Awaitable[bytes]]


async def _voice(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await ivr.begin(session, hook.sid, *hook.numbers, hook.now))


async def _step(session: AsyncSession, hook: Hook) -> bytes:
    call = await call_by_sid(session, hook)
    heard = Heard(hook.digits[:MOST_DIGITS], hook.form.get("SpeechResult", ""))
    return to_bytes(await ivr.step(session, call, heard, hook.now))


async def _partial(session: AsyncSession, hook: Hook) -> bytes:
    stable, unstable = hook.form.get("StableSpeechResult", ""), hook.form.get("UnstableSpeechResult", "")
    said = f"{stable} {unstable}".strip()
    await ivr.heard_so_far(session, await the_call(session, hook), said, hook.number("step", 0), hook.now)
    return EMPTY


async def _wait(session: AsyncSession, hook: Hook) -> bytes:
    call, step, round_ = await the_call(session, hook), hook.number("step", 0), hook.number("round", 0)
    return to_bytes(await waiting.wait(session, call, step, round_, hook.now))


async def _wait_key(session: AsyncSession, hook: Hook) -> bytes:
    call, step, round_ = await the_call(session, hook), hook.number("step", 0), hook.number("round", 0)
    return to_bytes(await waiting.wait_key(session, call, hook.digits, step, round_, hook.now))


async def _left(session: AsyncSession, hook: Hook) -> bytes:
    result = hook.form.get("QueueResult", "")
    return to_bytes(await waiting.left_queue(session, await the_call(session, hook), result, hook.now))


async def _overflow(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await waiting.overflow(session, await the_call(session, hook), hook.now))


async def _conference(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await waiting.conference(session, await the_call(session, hook)))


async def _farewell(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await waiting.farewell(session, await the_call(session, hook), hook.now))


async def _again(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await waiting.again(session, await the_call(session, hook), hook.digits, hook.now))


async def _transferred(session: AsyncSession, hook: Hook) -> bytes:
    call, status = await the_call(session, hook), hook.form.get("DialCallStatus", "")
    if hook.form.get("CallStatus") == "completed":
        # The caller hung up meanwhile: there is nobody to lead on.
        return EMPTY
    return to_bytes(await ivr.transferred(session, call, status, hook.now))


async def _voicemail(session: AsyncSession, hook: Hook) -> bytes:
    call, (sid, url) = await the_call(session, hook), hook.recording
    return to_bytes(await ivr.left_message(session, call, sid, url, hook.seconds, hook.now))


async def _recording(session: AsyncSession, hook: Hook) -> bytes:
    call, (sid, url) = await the_call(session, hook), hook.recording
    await ivr.recording_arrived(session, call, sid, url, hook.seconds, hook.now)
    return EMPTY


async def _agent(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await agent_leg.offer(session, await the_leg(session, hook), hook.now))


async def _accept(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await agent_leg.decide(session, await the_leg(session, hook), hook.digits, hook.now))


async def _unreached(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await agent_leg.unreached(session, await the_leg(session, hook)))


async def _colleague(session: AsyncSession, hook: Hook) -> bytes:
    call = await call_by_sid(session, hook)
    heard = Heard(hook.digits[:MOST_DIGITS], hook.form.get("SpeechResult", ""))
    return to_bytes(await agent_menu.choose(session, call, heard, hook.now))


async def _colleague_number(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await agent_menu.number(session, await call_by_sid(session, hook), hook.digits, hook.now))


async def _colleague_pin(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await agent_menu.pin(session, await call_by_sid(session, hook), hook.digits, hook.now))


async def _customer(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await customer_leg.answered(session, await the_leg(session, hook), hook.now))


async def _room(session: AsyncSession, hook: Hook) -> bytes:
    """The conference of a call: its own number is in the first report of it."""
    await rooms.reported(session, await the_call(session, hook), hook.conference, hook.now)
    return EMPTY


async def _leg_status(session: AsyncSession, hook: Hook) -> bytes:
    status = hook.status
    if status is not None:
        leg = await the_leg(session, hook)
        await reports.of_leg(session, leg, hook.sid, status, hook.at, hook.seconds, hook.now)
    return EMPTY


async def _status(session: AsyncSession, hook: Hook) -> bytes:
    reported = hook.status
    if reported is not None:
        call = await arrivals.lock_or_begin(session, hook.sid, *hook.numbers, hook.now)
        await ending.report(session, call, reported, hook.at, hook.seconds, hook.now)
    return EMPTY


async def _text(session: AsyncSession, hook: Hook) -> bytes:
    said = hook.form.get("Body", "")
    outcome, language = await texting.arrived(session, hook.text_sid, hook.numbers[0], said, hook.now)
    by_carrier = said.strip().casefold() in texting.ANSWERED_BY_CARRIER
    return texted.answer(company_of(session), outcome, language, by_carrier=by_carrier)


async def _text_status(session: AsyncSession, hook: Hook) -> bytes:
    reported = hook.text_state
    if reported is not None:
        state, error = reported
        message = await texts.reported(session, hook.number("message"), hook.text_sid, state, error)
        if message is not None:
            await texting.not_delivered(session, message, hook.now)
    return EMPTY


SECRET = {"pin", "colleague/pin"}
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
    "unreached": _unreached,
    "colleague": _colleague,
    "colleague/number": _colleague_number,
    "colleague/pin": _colleague_pin,
    "customer": _customer,
    "overflow": _overflow,
    "requeue": in_a_talk.requeue,
    "third": in_a_talk.third,
    "third/accept": in_a_talk.third_accept,
    "supervisor": in_a_talk.supervisor,
    "supervisor/accept": in_a_talk.supervisor_accept,
    "supervised": in_a_talk.supervised,
    "consent": in_a_talk.ask_for_consent,
    "consent/key": in_a_talk.consent_key,
    "withdrawn": in_a_talk.withdrawn,
    "recorded": in_a_talk.recorded,
    "room": _room,
    "leg": _leg_status,
    "status": _status,
    "text": _text,
    "text-status": _text_status,
}
