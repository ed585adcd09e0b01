"""Waiting for somebody: into the queue, what is heard there, the ways out of it, and the end of a talk."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import calls, emergencies, ending, estimates, overflowing, presence, queues, rooms
from crm_core.callcenter.calls import Call
from crm_core.callcenter.emergencies import Emergency
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import CallState, EntryState
from telephony import announcing, line, messages, nodes
from telephony.turn import Turn, turn_of
from telephony.voice import Spoken, meet, press

# The carrier's own.
MUSIC = "https://demo.twilio.com/docs/classic.mp3"
STAY_SECONDS = 5
LED_OUT_WITHIN = timedelta(seconds=30)
# Out of the queue because somebody took the caller, or because they are gone: nothing is left to say.
NOT_WAITING = {"bridged", "bridging-in-process", "redirected", "redirected-from-bridged", "hangup"}


async def again_in_line(session: AsyncSession, call: Call, now: datetime) -> VoiceResponse:
    """Out of a talk and back into a queue, where a place is kept; out of it leads what leads out of any."""
    return line.enqueued(await turn_of(session, call, now), call.queue or "support", [])


async def wait(session: AsyncSession, call: Call, step: int, round_: int, now: datetime) -> VoiceResponse:
    """What a waiting caller hears, again and again: the place, how long it may take, the ways out, music."""
    turn = await turn_of(session, call, now)
    entry = await queues.lock_entry(session, call.id)
    if entry is None or entry.state == EntryState.DONE:
        return _stay(call, step, round_) if _is_led_out(entry, now) else _leave()
    emergency = await emergencies.current(session, now)
    if entry.state in overflowing.NOT_TAKEN and await _is_in_vain(turn, entry, emergency):
        turn.remember(wish="nobody")
        # From now on nobody can take them.
        await ending.leave_queue(session, call, now)
        return _leave()
    response = VoiceResponse()
    prompts = announcing.news(turn, emergency)
    prompts += [turn.say("phone.queue-position", count=await queues.position(session, entry, now))]
    prompts += await _estimated(turn, entry)
    prompts.append(turn.say("phone.queue-options"))
    here = f"call={call.id}&step={step}&round="
    music = queues.rule_of(session, entry.queue).music or MUSIC
    press(response, prompts, f"/twilio/wait-key?{here}{round_}", 1, music=music)
    response.redirect(f"/twilio/wait?{here}{round_ + 1}", method="POST")
    return response


async def wait_key(
    session: AsyncSession, call: Call, digits: str, step: int, round_: int, now: datetime
) -> VoiceResponse:
    """1: be called back, 2 or 0: leave a message. The caller leaves the queue and hears it there."""
    wishes = {"1": "callback", "2": "voicemail", "0": "voicemail"}
    wish = wishes.get(digits)
    if wish is None:
        return await wait(session, call, step, round_ + 1, now)
    turn = await turn_of(session, call, now)
    turn.remember(wish=wish)
    if wish == "callback" and await messages.wish_for_callback(turn) is not None:
        # Also who hangs up at once is to be called back, and has not given up.
        await ending.leave_queue(session, call, now)
        await calls.move_to(session, call, CallState.CALLBACK, now)
    return _leave()


async def left_queue(session: AsyncSession, call: Call, result: str, now: datetime) -> VoiceResponse:
    """Why the caller is out of the queue: their wish, an agent, a hang-up or an error of the carrier."""
    turn = await turn_of(session, call, now)
    if result == "hangup":
        # The report of the end may come late or never: nobody is rung for them meanwhile.
        await ending.report(session, call, "completed", now, None, now)
    if result in NOT_WAITING:
        return VoiceResponse()
    return await _go_out(turn)


async def overflow(session: AsyncSession, call: Call, now: datetime) -> VoiceResponse:
    """The time in the queue is over, whatever the caller hears just now; who was quicker with a wish has it."""
    turn = await turn_of(session, call, now)
    return await messages.callback(turn, []) if call.state == CallState.CALLBACK else await _go_out(turn)


async def _go_out(turn: Turn) -> VoiceResponse:
    session, call, now = turn.session, turn.call, turn.now
    await ending.leave_queue(session, call, now)
    await calls.move_to(session, call, CallState.IVR, now)
    wish = turn.state.get("wish")
    turn.remember(wish="")
    if wish == "callback":
        return await messages.callback(turn, [])
    ask = "phone.voicemail-ask" if wish == "voicemail" else "phone.nobody-there"
    emergency = await emergencies.current(session, now)
    return await messages.voicemail(turn, [*announcing.news(turn, emergency), turn.say(ask)])


async def conference(session: AsyncSession, call: Call) -> VoiceResponse:
    response = VoiceResponse()
    meet(response, await rooms.room_of(session, call.id), as_agent=False)
    return response


async def farewell(session: AsyncSession, call: Call, now: datetime) -> VoiceResponse:
    """The agent has left. Who was cut off gets back to the front; everybody else hangs up."""
    turn = await turn_of(session, call, now)
    response = VoiceResponse()
    again = f"/twilio/again?call={call.id}&step={turn.next_step()}"
    press(response, [turn.say("phone.farewell")], again)
    # Also without a key there may be something left to ask.
    response.redirect(again, method="POST")
    return response


async def again(session: AsyncSession, call: Call, digits: str, now: datetime) -> VoiceResponse:
    turn = await turn_of(session, call, now)
    if digits == "1":
        return await nodes.back_in_line(turn)
    after = turn.company.phone.after
    return await nodes.enter(turn, after) if after is not None else nodes.goodbye(turn)


async def _is_in_vain(turn: Turn, entry: QueueEntry, emergency: Emergency | None) -> bool:
    """Nobody is there any more, or they waited as long as the queue lets anybody wait: on to another or out."""
    if emergency is not None and emergency.closes:
        return True
    if await overflowing.has_waited_in_vain(turn.session, turn.call, entry, turn.now):
        return True
    # A phone rings for who is offered.
    is_offered = entry.state == EntryState.OFFERED
    return not is_offered and not await presence.anyone_there(turn.session, entry.queue, turn.language)


async def _estimated(turn: Turn, entry: QueueEntry) -> list[Spoken]:
    expected = await estimates.wait_of(turn.session, entry, turn.now)
    if expected is None:
        return []
    minutes = estimates.bucket(expected)
    if minutes is None:
        return [turn.say("phone.queue-long", count=estimates.BUCKETS[-1])]
    return [turn.say("phone.queue-within", count=minutes)]


def _is_led_out(entry: QueueEntry | None, now: datetime) -> bool:
    """Out of the queue, and what leads them out of it is on its way: two ways out at once would cut off the first."""
    return entry is not None and entry.left_at is not None and now < entry.left_at + LED_OUT_WITHIN


def _stay(call: Call, step: int, round_: int) -> VoiceResponse:
    response = VoiceResponse()
    response.pause(length=STAY_SECONDS)
    response.redirect(f"/twilio/wait?call={call.id}&step={step}&round={round_ + 1}", method="POST")
    return response


def _leave() -> VoiceResponse:
    response = VoiceResponse()
    response.leave()
    return response
