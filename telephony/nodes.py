"""The way through the phone menu: from node to node, and what each does with what it hears."""

from __future__ import annotations

from typing import assert_never

from twilio.twiml.voice_response import VoiceResponse

from crm_core.company import (
    Branch,
    CallbackWish,
    CollectDigits,
    CollectWords,
    HangUp,
    JoinQueue,
    Menu,
    MyTickets,
    OpenTicket,
    Rate,
    Say,
    TextLink,
    Transfer,
    Voicemail,
)
from telephony import (
    agent_menu,
    appointment,
    asked_number,
    collecting,
    draft,
    menu,
    messages,
    own_tickets,
    proof,
    queueing,
    rating,
    resuming,
    telling,
    transfer,
)
from telephony.arriving import arrive
from telephony.outcome import Ended, GoTo, NeedsPin, NotUnderstood, SayAgain
from telephony.queueing import Arrival
from telephony.turn import MOST_STRIKES, Heard, Turn
from telephony.voice import Spoken, speak

# Who tells of a problem may name a colleague of ours or say "again" in passing.
MOST_WORDS_BESIDE = 5


async def enter(turn: Turn, name: str, before: list[Spoken] | None = None) -> VoiceResponse:
    """Go to a node; `before` is said first."""
    turn.remember(node=name, strikes=0, phase="", asking="", then="")
    return await say_again(turn, before or [])


async def say_again(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    """The prompt of the node the caller is at, or the question that is asked on the way to it."""
    if proof.is_asked(turn):
        return proof.ask(turn, before)
    if asked_number.is_asked(turn):
        return asked_number.ask(turn, before)
    if resuming.is_asked(turn):
        return resuming.ask(turn, before)
    lacking = await proof.lacking(turn, before)
    return await _follow(turn, lacking if lacking is not None else await arrive(turn, before))


async def hear(turn: Turn, heard: Heard) -> VoiceResponse:
    """What the caller pressed or said. `0` and `*` mean the same everywhere, the key of colleagues in every menu."""
    is_typing = collecting.is_taking_digits(turn) or asked_number.is_typed(turn) or proof.is_asked(turn)
    if not draft.is_telling(turn) and not is_typing:
        heard = heard.as_key(turn.words("phone.key-words"))
    if heard.is_silence:
        return await _hear_silence(turn)
    if not is_typing and isinstance(turn.node, Menu) and heard.digits and heard.digits == turn.company.phone.agent_key:
        return await agent_menu.enter(turn)
    if (heard.digits == "0" and not collecting.may_be_zero(turn)) or _commands(turn, heard, "phone.person-words"):
        return await enter(turn, turn.company.phone.person)
    if heard.digits == "*" or _commands(turn, heard, "phone.repeat-words"):
        return await say_again(turn, [])
    return await _follow(turn, await _understand(turn, heard))


async def back_in_line(turn: Turn) -> VoiceResponse:
    """Before everybody else in the queue where they were; where a person is asked for, for who was in none."""
    phone, queue = turn.company.phone, turn.call.queue
    if queue is None:
        return await enter(turn, phone.person)
    here = (node for node in phone.nodes.values() if isinstance(node, JoinQueue) and node.queue == queue)
    otherwise = next((node.otherwise for node in here), None)
    return await _follow(turn, await queueing.into(turn, queue, [], otherwise=otherwise, at_front=True))


async def transferred(turn: Turn, status: str) -> VoiceResponse:
    return await _follow(turn, transfer.ended(turn, status))


def goodbye(turn: Turn, before: list[Spoken] | None = None, last: Spoken | None = None) -> VoiceResponse:
    response = VoiceResponse()
    for spoken in [*(before or []), last or turn.say("phone.goodbye")]:
        speak(response, spoken)
    response.hangup()
    return response


async def _understand(turn: Turn, heard: Heard) -> Arrival:
    if proof.is_asked(turn):
        return await proof.hear(turn, heard)
    if asked_number.is_asked(turn):
        return await messages.hear_number(turn, heard)
    if resuming.is_asked(turn):
        answer = await resuming.hear(turn, heard)
        if answer is not None:
            return answer
    node = turn.node
    match node:
        case Menu():
            return await menu.choose(turn, node, heard)
        case CollectDigits():
            return collecting.hear_digits(turn, node, heard)
        case CollectWords():
            return collecting.hear_words(turn, node, heard)
        case MyTickets():
            return await own_tickets.choose(turn, node, heard)
        case OpenTicket():
            return await telling.hear(turn, node, heard)
        case CallbackWish():
            return await appointment.choose(turn, heard)
        case Rate():
            return await rating.hear(turn, node, heard)
        case Say() | Branch() | JoinQueue() | Voicemail() | Transfer() | TextLink() | HangUp():
            return SayAgain()
        case _:
            assert_never(node)


async def _follow(turn: Turn, answer: Arrival) -> VoiceResponse:
    """Where it leads."""
    match answer:
        case NotUnderstood():
            return await _strike(turn, answer.why)
        case GoTo():
            return await enter(turn, answer.node, answer.before)
        case SayAgain():
            return await say_again(turn, answer.before)
        case NeedsPin():
            return await _follow(turn, await proof.demand(turn, []))
        case Ended():
            return goodbye(turn, answer.before, answer.last)
        case VoiceResponse():
            return answer
        case _:
            assert_never(answer)


async def _strike(turn: Turn, why: Spoken | None = None) -> VoiceResponse:
    """Not understood. The third time a person, the voicemail, or what the node names for it takes over."""
    strikes = int(turn.state.get("strikes", 0)) + 1
    turn.remember(strikes=strikes)
    apology = why or turn.say("phone.not-understood")
    if strikes < MOST_STRIKES:
        return await say_again(turn, [apology])
    if asked_number.is_asked(turn):
        return await _follow(turn, await messages.without_number(turn, apology))
    node = turn.node if not proof.is_asked(turn) else None
    if isinstance(node, Menu | CollectDigits | CollectWords) and node.otherwise is not None:
        return await enter(turn, node.otherwise, [apology])
    return await enter(turn, turn.company.phone.person, [turn.say("phone.too-many")])


async def _hear_silence(turn: Turn) -> VoiceResponse:
    """Once a ticket is sent, or when it is all over, silence means that nothing more is wanted; of who was cut off it
    means the menu, and of who may go on without a number that they do; anywhere else it is a misunderstanding.
    """
    if resuming.is_asked(turn):
        return await enter(turn, turn.home)
    if asked_number.may_be_skipped(turn):
        return await _follow(turn, await messages.without_number(turn, turn.say("phone.not-understood")))
    is_over = isinstance(turn.node, Rate) and not proof.is_asked(turn)
    return goodbye(turn) if telling.is_done(turn) or is_over else await _strike(turn)


def _commands(turn: Turn, heard: Heard, words: str) -> bool:
    if not draft.is_telling(turn):
        return heard.means(turn.words(words))
    meant = heard.means(turn.words(words), MOST_WORDS_BESIDE)
    if meant:
        turn.remember(draft="")
    return meant
