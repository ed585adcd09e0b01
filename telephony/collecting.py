"""What a caller gives in digits or in words: taken, read back, kept with the call under a name."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core.company import CollectDigits, CollectWords
from telephony import confirming
from telephony.draft import BACK, TELLING
from telephony.outcome import GoTo, NotUnderstood, Outcome, SayAgain
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen

LONGEST_ANSWER = 400


def collected(turn: Turn, name: str) -> str:
    """Empty when it was not given."""
    return str(turn.state.get("collected", {}).get(name, ""))


def is_taking_digits(turn: Turn) -> bool:
    is_here = not turn.state.get("asking")
    return is_here and isinstance(turn.node, CollectDigits) and turn.state.get("phase") != BACK


def may_be_zero(turn: Turn) -> bool:
    """Whether a single 0 is an answer and no cry for help."""
    node = turn.node
    return isinstance(node, CollectDigits) and node.min == 1 and is_taking_digits(turn)


def ask_digits(turn: Turn, node: CollectDigits, before: list[Spoken]) -> VoiceResponse:
    """Ended with the pound key, which is said where their number does not end them."""
    if turn.state.get("phase") == BACK:
        given = " ".join(turn.state["given"])
        return confirming.ask(turn, [*before, turn.say("phone.collected-back", text=given)])
    response = VoiceResponse()
    prompts = [*before, turn.written(node.prompt)]
    if node.min < node.max:
        prompts.append(turn.say("phone.pound-key"))
    listen(response, prompts, turn.next_action(), turn.language, most_digits=node.max)
    return response


def ask_words(turn: Turn, node: CollectWords, before: list[Spoken]) -> VoiceResponse:
    if turn.state.get("phase") == BACK:
        return confirming.ask(turn, [*before, turn.say("phone.collected-back", text=turn.state["given"])])
    turn.remember(phase=TELLING)
    response = VoiceResponse()
    hints = ",".join(node.hints.get(turn.language, []))
    listen(response, [*before, turn.written(node.prompt)], turn.next_action(), turn.language, hints=hints)
    return response


def hear_digits(turn: Turn, node: CollectDigits, heard: Heard) -> Outcome:
    if turn.state.get("phase") == BACK:
        return _confirm(turn, node, heard)
    digits = heard.as_digits()
    if not (digits.isascii() and digits.isdigit()):
        return NotUnderstood()
    if not node.min <= len(digits) <= node.max:
        return NotUnderstood(_wanted(turn, node))
    return _given(turn, node, digits)


def hear_words(turn: Turn, node: CollectWords, heard: Heard) -> Outcome:
    if turn.state.get("phase") == BACK:
        return _confirm(turn, node, heard)
    words = " ".join(heard.speech.split())[:LONGEST_ANSWER]
    return _given(turn, node, words) if words else NotUnderstood()


def _wanted(turn: Turn, node: CollectDigits) -> Spoken:
    if node.min == node.max:
        return turn.say("phone.digits-exactly", count=node.max)
    return turn.say("phone.digits-between", least=node.min, most=node.max)


def _given(turn: Turn, node: CollectDigits | CollectWords, answer: str) -> Outcome:
    if not node.confirm:
        return _keep(turn, node, answer)
    turn.remember(given=answer, phase=BACK, strikes=0)
    return SayAgain()


def _confirm(turn: Turn, node: CollectDigits | CollectWords, heard: Heard) -> Outcome:
    is_right = confirming.answer(turn, heard)
    if is_right is None:
        return NotUnderstood()
    if is_right:
        return _keep(turn, node, turn.state["given"])
    turn.remember(given="", phase="")
    return SayAgain()


def _keep(turn: Turn, node: CollectDigits | CollectWords, answer: str) -> Outcome:
    turn.remember(given="", collected={**turn.state.get("collected", {}), node.name: answer})
    return GoTo(node.goto)
