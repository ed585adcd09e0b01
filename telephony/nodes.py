"""The nodes of the phone menu: what each says on entering, and what it does with what it hears."""

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
    Say,
    Transfer,
    Voicemail,
)
from crm_core.company.part import LocalText
from telephony import (
    appointment,
    asked_number,
    branching,
    collecting,
    draft,
    menu,
    messages,
    own_tickets,
    proof,
    telling,
    transfer,
    waiting,
)
from telephony.outcome import GoTo, NeedsPin, NotUnderstood, Outcome, SayAgain
from telephony.turn import MOST_STRIKES, Heard, Turn
from telephony.voice import Spoken, speak

# Who tells of a problem may name a colleague of ours or say "again" in passing.
MOST_WORDS_BESIDE = 5


async def enter(turn: Turn, name: str, before: list[Spoken] | None = None) -> VoiceResponse:
    """Go to a node; `before` is said first."""
    turn.remember(node=name, strikes=0, phase="", asking="", then="")
    return await say_again(turn, before or [])


async def say_again(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    """The prompt of the node the caller is at; from one that asks nothing it goes on at once."""
    node = turn.node
    if turn.state.get("asking") == proof.PIN:
        return proof.ask(turn, before)
    if asked_number.is_asked(turn):
        return asked_number.ask(turn, before)
    if node.proof == "pin" and not turn.is_proved:
        return await demand_pin(turn, before)
    if node.proof == "caller-id" and turn.caller.contact_id is None and not isinstance(node, MyTickets):
        return await enter(turn, turn.company.phone.person, [*before, turn.say("phone.proof-unknown")])
    match node:
        case Say():
            return await enter(turn, node.goto, [*before, turn.written(node.prompt)])
        case Branch():
            return await enter(turn, await branching.choose(turn, node), before)
        case Menu():
            return menu.ask(turn, node, before)
        case CollectDigits():
            return collecting.ask_digits(turn, node, before)
        case CollectWords():
            return collecting.ask_words(turn, node, before)
        case MyTickets():
            told = await own_tickets.ask(turn, node, before)
            return told if told is not None else await _without_tickets(turn, node, before)
        case OpenTicket():
            return telling.ask(turn, before)
        case JoinQueue():
            return await waiting.enter(turn, node, before)
        case Voicemail():
            ask = turn.written(node.prompt) if node.prompt is not None else turn.say("phone.voicemail-ask")
            return await messages.voicemail(turn, [*before, ask])
        case CallbackWish():
            return await _callback(turn, node, before)
        case Transfer():
            return await _transfer(turn, node, before)
        case HangUp():
            return goodbye(turn, before, node.prompt)
        case _:
            assert_never(node)


async def demand_pin(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    """On the way to what needs it. Where it cannot be asked for, a person takes over."""
    reason = await proof.begin(turn)
    if reason is not None:
        return await enter(turn, turn.company.phone.person, [*before, reason])
    return proof.ask(turn, before)


async def prove(turn: Turn, heard: Heard) -> VoiceResponse:
    """The PIN is right, wrong, or wrong once too often."""
    if turn.state.get("asking") != proof.PIN or heard.digits == "*":
        return await say_again(turn, [])
    if heard.is_silence:
        return await strike(turn)
    if heard.digits == "0":
        return await enter(turn, turn.company.phone.person)
    reason = await proof.refused(turn, heard.digits)
    if reason is None or turn.state.get("asking") == proof.PIN:
        return await say_again(turn, [reason] if reason is not None else [])
    return await enter(turn, turn.company.phone.person, [reason])


async def hear(turn: Turn, heard: Heard) -> VoiceResponse:
    """What the caller pressed or said. `0` and `*` mean the same everywhere."""
    if turn.state.get("asking") == proof.PIN:
        return await prove(turn, heard)
    is_typing = collecting.is_taking_digits(turn) or asked_number.is_asked(turn)
    if not draft.is_telling(turn) and not is_typing:
        heard = heard.as_key(turn.words("phone.key-words"))
    if heard.is_silence:
        return await _hear_silence(turn)
    if (heard.digits == "0" and not collecting.may_be_zero(turn)) or _commands(turn, heard, "phone.person-words"):
        return await enter(turn, turn.company.phone.person)
    if heard.digits == "*" or _commands(turn, heard, "phone.repeat-words"):
        return await say_again(turn, [])
    if asked_number.is_asked(turn):
        return await _hear_number(turn, heard)
    node = turn.node
    match node:
        case Menu():
            return await _follow(turn, await menu.choose(turn, node, heard))
        case CollectDigits():
            return await _follow(turn, collecting.hear_digits(turn, node, heard))
        case CollectWords():
            return await _follow(turn, collecting.hear_words(turn, node, heard))
        case MyTickets():
            return await _follow(turn, await own_tickets.choose(turn, node, heard))
        case OpenTicket():
            return await _follow(turn, await telling.told(turn, node, heard))
        case CallbackWish():
            chosen = appointment.choose(turn, heard)
            return await strike(turn) if chosen is None else await messages.callback(turn, [], chosen.at)
        case Say() | Branch() | JoinQueue() | Voicemail() | Transfer() | HangUp():
            return await say_again(turn, [])
        case _:
            assert_never(node)


async def strike(turn: Turn, why: Spoken | None = None) -> VoiceResponse:
    """Not understood. The third time a person, the voicemail, or what the node names for it takes over."""
    strikes = int(turn.state.get("strikes", 0)) + 1
    turn.remember(strikes=strikes)
    apology = why or turn.say("phone.not-understood")
    if strikes < MOST_STRIKES:
        return await say_again(turn, [apology])
    if asked_number.is_asked(turn):
        return await _without_number(turn)
    node = turn.node
    is_here = not turn.state.get("asking")
    if is_here and isinstance(node, Menu | CollectDigits | CollectWords) and node.otherwise is not None:
        return await enter(turn, node.otherwise, [apology])
    return await enter(turn, turn.company.phone.person, [turn.say("phone.too-many")])


async def transferred(turn: Turn, status: str) -> VoiceResponse:
    """The other number has hung up after a talk, or nobody answered there."""
    node = turn.node
    if transfer.was_answered(status):
        return goodbye(turn)
    other = node.otherwise if isinstance(node, Transfer) else None
    return await enter(turn, other or turn.company.phone.person, [turn.say("phone.transfer-unanswered")])


def goodbye(turn: Turn, before: list[Spoken] | None = None, prompt: LocalText | None = None) -> VoiceResponse:
    response = VoiceResponse()
    last = turn.written(prompt) if prompt is not None else turn.say("phone.goodbye")
    for spoken in [*(before or []), last]:
        speak(response, spoken)
    response.hangup()
    return response


async def _follow(turn: Turn, outcome: Outcome) -> VoiceResponse:
    """Where a node's answer leads."""
    match outcome:
        case NotUnderstood():
            return await strike(turn, outcome.why)
        case GoTo():
            return await enter(turn, outcome.node, outcome.before)
        case SayAgain():
            return await say_again(turn, outcome.before)
        case NeedsPin():
            return await demand_pin(turn, [])
        case _:
            assert_never(outcome)


async def _hear_silence(turn: Turn) -> VoiceResponse:
    """Once a ticket is sent, silence means that nothing more is wanted; anywhere else it is a misunderstanding."""
    return goodbye(turn) if telling.is_done(turn) else await strike(turn)


def _commands(turn: Turn, heard: Heard, words: str) -> bool:
    if not draft.is_telling(turn):
        return heard.means(turn.words(words))
    meant = heard.means(turn.words(words), MOST_WORDS_BESIDE)
    if meant:
        turn.remember(draft="")
    return meant


async def _without_tickets(turn: Turn, node: MyTickets, before: list[Spoken]) -> VoiceResponse:
    """Back to the beginning, unless the node names something else or that is here."""
    phone = turn.company.phone
    begins_here = turn.state.get("node", turn.home) == turn.home
    other = node.otherwise or (phone.person if begins_here else turn.home)
    return await enter(turn, other, [*before, turn.say("phone.tickets-none")])


async def _callback(turn: Turn, node: CallbackWish, before: list[Spoken]) -> VoiceResponse:
    if turn.number is None:
        return asked_number.begin(turn, before)
    offered = await appointment.ask(turn, before) if node.appointment else None
    return offered if offered is not None else await messages.callback(turn, before)


async def _hear_number(turn: Turn, heard: Heard) -> VoiceResponse:
    outcome = await asked_number.hear(turn, heard)
    if outcome is not None:
        return await _follow(turn, outcome)
    if turn.state.get("then") == messages.CALLBACK:
        return await messages.callback(turn, [])
    return await say_again(turn, [])


async def _without_number(turn: Turn) -> VoiceResponse:
    """Who was asked for one three times in vain leaves a message, unless the node names something else."""
    turn.remember(asking="", then="")
    node = turn.node
    if isinstance(node, CallbackWish) and node.otherwise is not None:
        return await enter(turn, node.otherwise, [turn.say("phone.not-understood")])
    return await messages.voicemail(turn, [turn.say("phone.callback-withheld")])


async def _transfer(turn: Turn, node: Transfer, before: list[Spoken]) -> VoiceResponse:
    said = [*before, turn.written(node.prompt)] if node.prompt is not None else before
    if node.goto is not None:
        return await enter(turn, node.goto, said)
    assert node.to is not None, "a transfer leads to one or the other"
    return await transfer.put_through(turn, node.to, said)
