"""Waiting for somebody: into the queue, what is heard there, the ways out of it, and the end of a talk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import calls, emergencies, ending, estimates, moving, presence, queues, rooms
from crm_core.callcenter.calls import Call
from crm_core.callcenter.emergencies import Emergency
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import CallState, EntryState
from telephony import announcing, line, messages, nodes
from telephony.turn import Turn, turn_of
from telephony.voice import Spoken, meet, press

WAIT_SECONDS = 20
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
        return _leave()
    emergency = await emergencies.current(session, now)
    if entry.state == EntryState.WAITING and await _is_in_vain(turn, entry, emergency):
        return _leave()
    response = VoiceResponse()
    prompts = announcing.news(turn, emergency)
    prompts += [turn.say("phone.queue-position", count=await queues.position(session, entry))]
    prompts += await _estimated(turn, entry)
    prompts.append(turn.say("phone.queue-options"))
    here = f"call={call.id}&step={step}&round="
    music = queues.rule_of(session, entry.queue).music
    press(response, prompts, f"/twilio/wait-key?{here}{round_}", 1 if music else WAIT_SECONDS)
    if music:
        response.play(music)
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
        return await nodes.enter(turn, turn.company.phone.person)
    after = turn.company.phone.after
    return await nodes.enter(turn, after) if after is not None else nodes.goodbye(turn)


async def _is_in_vain(turn: Turn, entry: QueueEntry, emergency: Emergency | None) -> bool:
    """Nobody is there any more, or they waited as long as the queue lets anybody wait: on to another or out."""
    if emergency is not None and emergency.closes:
        turn.remember(wish="nobody")
        return True
    overflow = queues.rule_of(turn.session, entry.queue).overflow
    if overflow is not None and turn.now - entry.joined_at >= overflow.after:
        if overflow.queue is None:
            turn.remember(wish="nobody")
            return True
        if not turn.state.get("overflowed"):
            turn.remember(overflowed=True)
            await moving.hand_on(turn.session, turn.call, entry, overflow.queue, turn.now)
    if await presence.anyone_there(turn.session, entry.queue, turn.language):
        return False
    turn.remember(wish="nobody")
    return True


async def _estimated(turn: Turn, entry: QueueEntry) -> list[Spoken]:
    expected = await estimates.wait_of(turn.session, entry, turn.now)
    if expected is None:
        return []
    minutes = estimates.bucket(expected)
    if minutes is None:
        return [turn.say("phone.queue-long", count=estimates.BUCKETS[-1])]
    return [turn.say("phone.queue-within", count=minutes)]


def _leave() -> VoiceResponse:
    response = VoiceResponse()
    response.leave()
    return response
