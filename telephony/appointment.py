"""When to call back: three times to choose from, or as soon as somebody is free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import callbacks, calling_days
from crm_core.contacts.contacts import Contact
from telephony import spoken
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen


@dataclass(frozen=True, slots=True)
class Chosen:
    """`at` is None for as soon as possible."""

    at: datetime | None


async def ask(turn: Turn, before: list[Spoken]) -> VoiceResponse | None:
    """None when there is no time to offer."""
    contact_id = turn.caller.contact_id
    contact = await turn.session.get(Contact, contact_id) if contact_id is not None else None
    region = calling_days.region_of(turn.company, contact, turn.number)
    taken = await callbacks.full_times(turn.session, turn.now)
    times = calling_days.slots(turn.company, region, turn.now, taken)
    if not times:
        return None
    turn.remember(slots=[at.isoformat() for at in times])
    choices = [turn.say("phone.slot-choice", when=spoken.moment(turn, at), key=key) for key, at in enumerate(times, 1)]
    response = VoiceResponse()
    prompts = [*before, *choices, turn.say("phone.slot-soon", key=len(times) + 1)]
    listen(response, prompts, turn.next_action(), turn.language)
    return response


def choose(turn: Turn, heard: Heard) -> Chosen | None:
    """None for what was not offered."""
    offered: list[str] = turn.state.get("slots", [])
    keys = {str(key): Chosen(datetime.fromisoformat(at)) for key, at in enumerate(offered, 1)}
    return (keys | {str(len(offered) + 1): Chosen(None)}).get(heard.digits)
