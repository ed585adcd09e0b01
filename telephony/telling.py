"""Opening a ticket in the caller's own words: told, read back, sent."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core import references
from crm_core.company import OpenTicket
from crm_core.support import tickets
from telephony.outcome import GoTo, NotUnderstood, Outcome, SayAgain
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen

TELLING = "telling"
BACK = "back"
DONE = "done"
LONGEST_DRAFT = 4000
LONGEST_READ_BACK = 400


def is_telling(turn: Turn) -> bool:
    return turn.state.get("phase") == TELLING


def is_done(turn: Turn) -> bool:
    return turn.state.get("phase") == DONE


def ask(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    """What is said so far arrives in between, so that a hang-up loses nothing."""
    if is_done(turn):
        return _done(turn)
    response = VoiceResponse()
    if turn.state.get("phase") == BACK:
        prompts = [*before, turn.say("phone.open-back", text=_cut(turn.state["draft"]))]
        listen(response, prompts, turn.next_action(), turn.language)
        return response
    step = turn.next_step()
    turn.remember(phase=TELLING)
    prompts = [*before, turn.say("phone.open-ask")]
    partial = f"/twilio/partial?call={turn.call.id}&step={step}"
    listen(response, prompts, f"/twilio/ivr?step={step}", turn.language, partial=partial)
    return response


def hear_partly(turn: Turn, text: str, step: int) -> None:
    """Speech that is still going on. What comes late does not replace what was heard in full or told anew."""
    if not is_telling(turn) or step != turn.step or not text:
        return
    is_new = turn.state.get("drafted_at") != step
    if is_new or len(text) >= len(turn.state.get("draft") or ""):
        turn.remember(draft=text[:LONGEST_DRAFT], drafted_at=step)


def take(turn: Turn, node: str, speech: str) -> Outcome:
    """Told before it was asked for: read back at once."""
    turn.remember(node=node, strikes=0, draft=speech.strip()[:LONGEST_DRAFT], phase=BACK)
    return SayAgain()


async def told(turn: Turn, node: OpenTicket, heard: Heard) -> Outcome:
    if is_done(turn):
        return GoTo(turn.home)
    if turn.state.get("phase") != BACK:
        if not heard.speech.strip():
            return NotUnderstood()
        return take(turn, turn.state["node"], heard.speech)
    if heard.digits == "2" or heard.means(turn.words("phone.open-again-words")):
        turn.remember(draft="", phase=TELLING, strikes=0)
        return SayAgain()
    if heard.digits == "1" or heard.means(turn.words("phone.open-back-words")):
        return await _send(turn, node)
    return NotUnderstood()


async def _send(turn: Turn, node: OpenTicket) -> Outcome:
    ticket = await tickets.open_ticket(
        turn.session,
        turn.actor,
        subject=turn.state["draft"],
        contact_id=turn.caller.contact_id,
        call_id=turn.call.id,
        queue=node.queue,
        now=turn.now,
    )
    turn.remember(draft="", phase=DONE, ticket=ticket.id)
    return GoTo(node.goto, [_thanks(turn)]) if node.goto is not None else SayAgain()


def _done(turn: Turn) -> VoiceResponse:
    response = VoiceResponse()
    listen(response, [_thanks(turn)], turn.next_action(), turn.language, seconds=3)
    return response


def _thanks(turn: Turn) -> Spoken:
    return turn.say("phone.open-done", ref=references.ref("ticket", turn.state["ticket"]))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_READ_BACK else text[: LONGEST_READ_BACK - 1] + "…"
