"""A call that is put through to another number (a standby phone, a partner), or led to another node."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core import activity
from crm_core.agents import SYSTEM
from crm_core.company import Transfer
from telephony.outcome import Ended, GoTo, Outcome
from telephony.turn import Turn
from telephony.voice import Spoken, speak

RING_SECONDS = 25
ANSWERED = {"completed", "answered"}


async def begin(turn: Turn, node: Transfer, before: list[Spoken]) -> VoiceResponse | Outcome:
    """Who is rung sees the caller's own number."""
    said = [*before, turn.written(node.prompt)] if node.prompt is not None else before
    if node.goto is not None:
        return GoTo(node.goto, said)
    turn.remember(put_through=True)
    response = VoiceResponse()
    for spoken in said:
        speak(response, spoken)
    action = f"/twilio/transferred?call={turn.call.id}&step={turn.next_step()}"
    dial = response.dial(action=action, method="POST", timeout=RING_SECONDS, answer_on_bridge=True)
    dial.number(node.to)
    await activity.record(turn.session, SYSTEM, "call.put-through", "call", turn.call.id, turn.now, {"to": node.to})
    return response


def ended(turn: Turn, status: str) -> Outcome:
    """The other number has hung up after a talk, or nobody answered there."""
    if status in ANSWERED:
        return Ended([])
    turn.remember(put_through=False)
    node = turn.node
    other = node.otherwise if isinstance(node, Transfer) else None
    return GoTo(other or turn.company.phone.person, [turn.say("phone.transfer-unanswered")])
