"""When to call back: three times to choose from, or as soon as somebody is free."""

from __future__ import annotations

from datetime import datetime

from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import callback_requests, calling_days
from crm_core.company import CallbackWish
from crm_core.contacts.contacts import Contact
from telephony import asked_number, messages, spoken
from telephony.outcome import NotUnderstood, Outcome
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen


async def ask(turn: Turn, node: CallbackWish, before: list[Spoken]) -> VoiceResponse:
    """Who withholds the number is asked for one first; where there is no time to choose, it is noted at once."""
    if turn.number is None:
        return asked_number.begin(turn, before)
    times = await _times(turn) if node.appointment else []
    if not times:
        return await messages.callback(turn, before)
    turn.remember(slots=[at.isoformat() for at in times])
    choices = [turn.say("phone.slot-choice", when=spoken.moment(turn, at), key=key) for key, at in enumerate(times, 1)]
    response = VoiceResponse()
    prompts = [*before, *choices, turn.say("phone.slot-soon", key=len(times) + 1)]
    listen(response, prompts, turn.next_action(), turn.language)
    return response


async def choose(turn: Turn, heard: Heard) -> VoiceResponse | Outcome:
    offered: list[str] = turn.state.get("slots", [])
    by_key: dict[str, datetime | None] = {
        str(key): datetime.fromisoformat(at) for key, at in enumerate(offered, start=1)
    }
    by_key[str(len(offered) + 1)] = None
    if heard.digits not in by_key:
        return NotUnderstood()
    return await messages.callback(turn, [], by_key[heard.digits])


async def _times(turn: Turn) -> list[datetime]:
    contact_id = turn.caller.contact_id
    contact = await turn.session.get(Contact, contact_id) if contact_id is not None else None
    region = calling_days.region_of(turn.company, contact, turn.number)
    return calling_days.slots(
        turn.company, region, turn.now, await callback_requests.full_times(turn.session, turn.now)
    )
