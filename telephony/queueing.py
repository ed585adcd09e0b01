"""Into a queue, if somebody is there."""

from __future__ import annotations

from typing import TypeAlias

from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import emergencies, moving, presence, queues, routing
from crm_core.callcenter.queues import QueueEntry
from telephony import announcing, line, messages
from telephony.outcome import GoTo, Outcome
from telephony.turn import Turn
from telephony.voice import Spoken

Arrival: TypeAlias = VoiceResponse | Outcome


async def into(
    turn: Turn,
    queue: str,
    before: list[Spoken],
    *,
    otherwise: str | None = None,
    at_front: bool = False,
    place: QueueEntry | None = None,
) -> Arrival:
    """Nobody waits for nobody: without anyone who speaks the language, a message can be left in it."""
    emergency = await emergencies.current(turn.session, turn.now)
    before = [*before, *announcing.news(turn, emergency)]
    wanted, queue = queue, emergency.queue_for(queue) if emergency is not None else queue
    is_open = turn.company.is_open(turn.now) and not (emergency is not None and emergency.closes)
    if not is_open or not await presence.anyone_there(turn.session, queue, turn.language):
        if is_open:
            await queues.turn_away(turn.session, turn.call, queue, turn.now)
        if otherwise is not None:
            return GoTo(otherwise, before)
        return await messages.voicemail(turn, [*before, turn.say("phone.nobody-there")])
    if queue != wanted:
        moving.note_diverted(turn.call, wanted)
    await routing.join(turn.session, turn.call, queue, turn.now, at_front=at_front, place=place)
    return line.enqueued(turn, queue, before)
