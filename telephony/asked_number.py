"""A number that is asked for where there is none to call back or to text: typed, read back, kept for the call."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core import phones
from crm_core.callcenter import blocking, callers
from crm_core.company import TextLink, Voicemail
from crm_core.contacts import do_not_call
from telephony import confirming
from telephony.outcome import NotUnderstood, Outcome, SayAgain
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen

TYPED = "number"
BACK = "number-back"
MOST_DIGITS = 17


def is_asked(turn: Turn) -> bool:
    return turn.state.get("asking") in {TYPED, BACK}


def is_typed(turn: Turn) -> bool:
    return turn.state.get("asking") == TYPED


def begin(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    turn.remember(asking=TYPED, asked=True, strikes=0)
    return ask(turn, before)


def ask(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    if turn.state.get("asking") == BACK:
        typed = " ".join(turn.state["typed"])
        return confirming.ask(turn, [*before, turn.say("phone.collected-back", text=typed)])
    response = VoiceResponse()
    prompts = [*before, *_wanted(turn)]
    listen(response, prompts, turn.next_action(), turn.language, most_digits=MOST_DIGITS)
    return response


def may_be_skipped(turn: Turn) -> bool:
    """A message can be left without."""
    return is_typed(turn) and isinstance(turn.node, Voicemail)


def _wanted(turn: Turn) -> list[Spoken]:
    match turn.node:
        case TextLink():
            return [turn.say("phone.number-for-text"), turn.say("phone.pound-key")]
        case Voicemail():
            return [turn.say("phone.number-for-message")]
        case _:
            return [turn.say("phone.number-for-call"), turn.say("phone.pound-key")]


async def hear(turn: Turn, heard: Heard) -> Outcome | None:
    """None when the number is there and confirmed."""
    if turn.state.get("asking") == BACK:
        return await _confirm(turn, heard)
    typed = heard.as_digits()
    number = phones.e164(typed, turn.company.country) if typed.isascii() and typed.isdigit() else None
    if number is None or not await _is_usable(turn, number):
        return NotUnderstood(turn.say("phone.number-unusable"))
    turn.remember(asking=BACK, typed=typed, strikes=0)
    return SayAgain()


async def _confirm(turn: Turn, heard: Heard) -> Outcome | None:
    is_right = confirming.answer(turn, heard)
    if is_right is None:
        return NotUnderstood()
    if is_right:
        given = await callers.who_calls(turn.session, turn.state["typed"])
        turn.remember(asking="", typed="", number=given.number, given_for=given.contact_id, strikes=0)
        if turn.call.language is None and not turn.state.get("language") and given.language in turn.company.languages:
            turn.remember(language=given.language)
        return None
    turn.remember(asking=TYPED, typed="", strikes=0)
    return SayAgain()


async def _is_usable(turn: Turn, number: str) -> bool:
    """Nobody is sent to a number that costs, that is blocked or not to be called, or to ourselves; texts stay in the
    country.
    """
    if number == turn.company.phone.number or not phones.may_be_called(number):
        return False
    if await blocking.why_blocked(turn.session, number, turn.now) is not None:
        return False
    if not isinstance(turn.node, TextLink) and await do_not_call.among(turn.session, [number]):
        return False
    is_at_home = phones.country_of(number) == turn.company.country
    return not isinstance(turn.node, TextLink) or (is_at_home and phones.takes_texts(number))
