"""A key from 1 to 5 for how it was."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import ratings
from crm_core.company import Rate
from telephony.outcome import Ended, GoTo, NotUnderstood, Outcome
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen

KEYS = {str(rating) for rating in range(ratings.WORST, ratings.BEST + 1)}


def ask(turn: Turn, node: Rate, before: list[Spoken]) -> VoiceResponse:
    question = turn.written(node.prompt) if node.prompt is not None else turn.say("phone.rate-ask")
    response = VoiceResponse()
    listen(response, [*before, question], turn.next_action(), turn.language)
    return response


async def hear(turn: Turn, node: Rate, heard: Heard) -> Outcome:
    if heard.digits not in KEYS:
        return NotUnderstood()
    chosen = turn.state.get("chosen")
    await ratings.rate(turn.session, turn.actor, turn.call, int(heard.digits), turn.now, chosen)
    thanks = [turn.say("phone.rate-done")]
    return GoTo(node.goto, thanks) if node.goto is not None else Ended(thanks)
