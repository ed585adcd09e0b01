"""What a caller has to prove before a node lets them in. The PIN is asked for by keys alone."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core.company import MyTickets
from crm_core.contacts import pins
from crm_core.contacts.pins import Verdict
from telephony.outcome import GoTo, Outcome, SayAgain
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, key_in

PIN = "pin"
REFUSALS = {Verdict.WRONG: "phone.pin-wrong", Verdict.LOCKED: "phone.pin-locked", Verdict.NONE: "phone.pin-none"}


def is_asked(turn: Turn) -> bool:
    return turn.state.get("asking") == PIN


async def lacking(turn: Turn, before: list[Spoken]) -> VoiceResponse | Outcome | None:
    """None for who may come in. One's own tickets say themselves that a stranger has none."""
    node = turn.node
    if node.proof == "pin" and not turn.is_proved:
        return await demand(turn, before)
    if node.proof == "caller-id" and turn.caller.contact_id is None and not isinstance(node, MyTickets):
        return _person(turn, [*before, turn.say("phone.proof-unknown")])
    return None


async def demand(turn: Turn, before: list[Spoken]) -> VoiceResponse | Outcome:
    """Where it is no use to ask for the PIN, a person takes over."""
    if turn.caller.contact_id is None:
        return _person(turn, [*before, turn.say("phone.proof-unknown")])
    in_the_way = await pins.state_of(turn.session, turn.caller.contact_id, turn.now)
    if in_the_way is not None:
        return _person(turn, [*before, turn.say(REFUSALS[in_the_way])])
    turn.remember(asking=PIN, strikes=0)
    return ask(turn, before)


def ask(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    response = VoiceResponse()
    prompts = [*before, turn.say("phone.pin-ask")]
    key_in(response, prompts, f"/twilio/pin?step={turn.next_step()}", pins.DIGITS)
    return response


async def hear(turn: Turn, heard: Heard) -> Outcome:
    """Right: it goes on where the PIN was wanted. Wrong once too often: a person."""
    contact_id = turn.caller.contact_id
    verdict = Verdict.NONE
    if contact_id is not None:
        verdict = await pins.prove(turn.session, turn.actor, contact_id, heard.digits, turn.now)
    if verdict is Verdict.WRONG:
        return SayAgain([turn.say("phone.pin-wrong")])
    turn.remember(asking="", strikes=0)
    if verdict is Verdict.RIGHT:
        turn.remember(proved=contact_id)
        return SayAgain()
    return _person(turn, [turn.say(REFUSALS[verdict])])


def _person(turn: Turn, before: list[Spoken]) -> GoTo:
    return GoTo(turn.company.phone.person, before)
