"""Opening a ticket in the caller's own words."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core import references
from crm_core.callcenter import told
from crm_core.company import OpenTicket
from telephony import draft
from telephony.outcome import GoTo, Outcome, SayAgain
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen

DONE = "done"


def is_done(turn: Turn) -> bool:
    return turn.state.get("phase") == DONE


def ask(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    return _done(turn) if is_done(turn) else draft.ask(turn, before, turn.say("phone.open-ask"))


def take(turn: Turn, node: str, speech: str) -> Outcome:
    """Told before it was asked for: read back at once."""
    turn.remember(node=node, note_to=None, begun="", continues=None)
    return draft.take(turn, speech)


async def hear(turn: Turn, node: OpenTicket, heard: Heard) -> Outcome:
    if is_done(turn):
        return GoTo(turn.home)
    outcome = draft.hear(turn, heard)
    return outcome if outcome is not None else await _send(turn, node)


async def _send(turn: Turn, node: OpenTicket) -> Outcome:
    ticket = await told.keep(turn.session, turn.actor, turn.call, turn.caller.contact_id, turn.now, node.queue)
    turn.remember(draft="", begun="", continues=None, phase=DONE, ticket=ticket.id)
    return GoTo(node.goto, [_thanks(turn)]) if node.goto is not None else SayAgain()


def _done(turn: Turn) -> VoiceResponse:
    response = VoiceResponse()
    listen(response, [_thanks(turn)], turn.next_action(), turn.language, seconds=3)
    return response


def _thanks(turn: Turn) -> Spoken:
    return turn.say("phone.open-done", ref=references.ref("ticket", turn.state["ticket"]))
