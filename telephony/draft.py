"""What a caller tells in their own words: told, read back, sent. What is told so far survives a hang-up."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import told
from telephony import confirming
from telephony.outcome import NotUnderstood, Outcome, SayAgain
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen

TELLING = "telling"
BACK = "back"
LONGEST_DRAFT = 4000
LONGEST_READ_BACK = 400


def is_telling(turn: Turn) -> bool:
    return turn.state.get("phase") == TELLING


def ask(turn: Turn, before: list[Spoken], question: Spoken, *, note_to: int | None = None) -> VoiceResponse:
    """The question, or what was told so that it can be confirmed. `note_to`: the ticket that it is about.

    Who was cut off hears what they had told, and goes on.
    """
    if turn.state.get("phase") == BACK:
        return confirming.ask(turn, [*before, turn.say("phone.open-back", text=_cut(told.whole(turn.state)))])
    if turn.state.get("begun"):
        question = turn.say("phone.open-on", text=_cut(turn.state["begun"]))
    response = VoiceResponse()
    step = turn.next_step()
    turn.remember(phase=TELLING, note_to=note_to)
    partial = f"/twilio/partial?call={turn.call.id}&step={step}"
    listen(response, [*before, question], f"/twilio/ivr?step={step}", turn.language, partial=partial)
    return response


def hear_partly(turn: Turn, text: str, step: int) -> None:
    """Speech that is still going on. What comes late does not replace what was heard in full or told anew."""
    if not is_telling(turn) or step != turn.step or not text:
        return
    is_new = turn.state.get("drafted_at") != step
    if is_new or len(text) >= len(turn.state.get("draft") or ""):
        turn.remember(draft=text[:LONGEST_DRAFT], drafted_at=step)


def take(turn: Turn, speech: str) -> Outcome:
    turn.remember(strikes=0, draft=speech.strip()[:LONGEST_DRAFT], phase=BACK)
    return SayAgain()


def hear(turn: Turn, heard: Heard) -> Outcome | None:
    """None when it is to be sent."""
    if turn.state.get("phase") != BACK:
        is_all = bool(turn.state.get("begun")) and heard.digits == "1"
        return take(turn, heard.speech) if heard.speech.strip() or is_all else NotUnderstood()
    is_right = confirming.answer(turn, heard)
    if is_right is None:
        return NotUnderstood()
    if is_right:
        return None
    turn.remember(draft="", begun="", phase=TELLING, strikes=0)
    return SayAgain()


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_READ_BACK else text[: LONGEST_READ_BACK - 1] + "…"
