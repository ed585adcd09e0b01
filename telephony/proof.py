"""The PIN on the phone: asked for by keys alone, on the way to what needs it."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core.contacts import pins
from crm_core.contacts.pins import Verdict
from telephony.turn import Turn
from telephony.voice import Spoken, key_in

PIN = "pin"
REFUSALS = {Verdict.WRONG: "phone.pin-wrong", Verdict.LOCKED: "phone.pin-locked", Verdict.NONE: "phone.pin-none"}


async def begin(turn: Turn) -> Spoken | None:
    """What is said instead of asking; None when it is asked for now."""
    if turn.caller.contact_id is None:
        return turn.say("phone.proof-unknown")
    in_the_way = await pins.state_of(turn.session, turn.caller.contact_id, turn.now)
    if in_the_way is not None:
        return turn.say(REFUSALS[in_the_way])
    turn.remember(asking=PIN, strikes=0)
    return None


def ask(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    response = VoiceResponse()
    prompts = [*before, turn.say("phone.pin-ask")]
    key_in(response, prompts, f"/twilio/pin?step={turn.next_step()}", pins.DIGITS)
    return response


async def refused(turn: Turn, digits: str) -> Spoken | None:
    """None when it was right. Unless it was merely wrong, it is not asked for any longer."""
    contact_id = turn.caller.contact_id
    verdict = Verdict.NONE
    if contact_id is not None:
        verdict = await pins.prove(turn.session, turn.actor, contact_id, digits, turn.now)
    if verdict is not Verdict.WRONG:
        turn.remember(asking="")
    if verdict is Verdict.RIGHT:
        turn.remember(proved=contact_id, strikes=0)
        return None
    return turn.say(REFUSALS[verdict])
