"""The nodes of the phone menu: what each says on entering, and what it does with what it hears."""

from __future__ import annotations

from typing import assert_never

from twilio.twiml.voice_response import VoiceResponse

from crm_core.company import CallbackWish, JoinQueue, Menu, MyTickets, Node, OpenTicket, Voicemail
from telephony import menu, messages, own_tickets, telling, waiting
from telephony.outcome import GoTo, NotUnderstood, Outcome, SayAgain
from telephony.turn import MOST_STRIKES, Heard, Turn
from telephony.voice import Spoken, speak

# Who tells of a problem may name a colleague of ours or say "again" in passing.
MOST_WORDS_BESIDE = 5


async def enter(turn: Turn, name: str, before: list[Spoken] | None = None) -> VoiceResponse:
    """Go to a node; `before` is said first."""
    turn.remember(node=name, strikes=0, phase="")
    return await say_again(turn, before or [])


async def say_again(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    """The prompt of the node the caller is at."""
    node = _node(turn)
    match node:
        case Menu():
            return menu.ask(turn, node, before)
        case MyTickets():
            told = await own_tickets.ask(turn, before)
            return told if told is not None else await _without_tickets(turn, before)
        case OpenTicket():
            return telling.ask(turn, before)
        case JoinQueue():
            return await waiting.enter(turn, node, before)
        case Voicemail():
            return await messages.voicemail(turn, [*before, turn.say("phone.voicemail-ask")])
        case CallbackWish():
            return await messages.callback(turn, before)
        case _:
            assert_never(node)


async def hear(turn: Turn, heard: Heard) -> VoiceResponse:
    """What the caller pressed or said. `0` and `*` mean the same everywhere."""
    if not telling.is_telling(turn):
        heard = heard.as_key(turn.words("phone.key-words"))
    if heard.is_silence:
        return await _hear_silence(turn)
    if heard.digits == "0" or _commands(turn, heard, "phone.person-words"):
        return await enter(turn, turn.company.phone.person)
    if heard.digits == "*" or _commands(turn, heard, "phone.repeat-words"):
        return await say_again(turn, [])
    node = _node(turn)
    match node:
        case Menu():
            return await _follow(turn, await menu.choose(turn, node, heard))
        case MyTickets():
            return await _follow(turn, await own_tickets.choose(turn, heard))
        case OpenTicket():
            return await _follow(turn, await telling.told(turn, heard))
        case JoinQueue() | Voicemail() | CallbackWish():
            return await say_again(turn, [])
        case _:
            assert_never(node)


async def strike(turn: Turn) -> VoiceResponse:
    """Not understood. The third time a person, or the voicemail, takes over."""
    strikes = int(turn.state.get("strikes", 0)) + 1
    turn.remember(strikes=strikes)
    if strikes >= MOST_STRIKES:
        return await enter(turn, turn.company.phone.person, [turn.say("phone.too-many")])
    return await say_again(turn, [turn.say("phone.not-understood")])


def goodbye(turn: Turn) -> VoiceResponse:
    response = VoiceResponse()
    speak(response, turn.say("phone.goodbye"))
    response.hangup()
    return response


async def _follow(turn: Turn, outcome: Outcome) -> VoiceResponse:
    """Where a node's answer leads."""
    match outcome:
        case NotUnderstood():
            return await strike(turn)
        case GoTo():
            return await enter(turn, outcome.node, outcome.before)
        case SayAgain():
            return await say_again(turn, [])
        case _:
            assert_never(outcome)


async def _hear_silence(turn: Turn) -> VoiceResponse:
    """Once a ticket is sent, silence means that nothing more is wanted; anywhere else it is a misunderstanding."""
    return goodbye(turn) if telling.is_done(turn) else await strike(turn)


def _commands(turn: Turn, heard: Heard, words: str) -> bool:
    if not telling.is_telling(turn):
        return heard.means(turn.words(words))
    meant = heard.means(turn.words(words), MOST_WORDS_BESIDE)
    if meant:
        turn.remember(draft="")
    return meant


def _node(turn: Turn) -> Node:
    phone = turn.company.phone
    return phone.nodes.get(turn.state.get("node", turn.home)) or phone.nodes[turn.home]


async def _without_tickets(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    """Back to the beginning, unless that is here."""
    phone = turn.company.phone
    leads_back = isinstance(phone.nodes[turn.home], MyTickets)
    return await enter(turn, phone.person if leads_back else turn.home, [*before, turn.say("phone.tickets-none")])
