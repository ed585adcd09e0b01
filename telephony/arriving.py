"""What each kind of node says to whoever comes to it. One that asks nothing leads on at once."""

from __future__ import annotations

from typing import TypeAlias, assert_never

from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import emergencies, presence, routing
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
    announcing,
    appointment,
    branching,
    collecting,
    line,
    link,
    menu,
    messages,
    own_tickets,
    rating,
    telling,
    transfer,
)
from telephony.outcome import Ended, GoTo, Outcome
from telephony.turn import Turn
from telephony.voice import Spoken

Arrival: TypeAlias = VoiceResponse | Outcome


async def arrive(turn: Turn, before: list[Spoken]) -> Arrival:
    """`before` is said first."""
    node = turn.node
    match node:
        case Say():
            return GoTo(node.goto, [*before, turn.written(node.prompt)])
        case Branch():
            return GoTo(await branching.choose(turn, node), before)
        case Menu():
            return menu.ask(turn, node, before)
        case CollectDigits():
            return collecting.ask_digits(turn, node, before)
        case CollectWords():
            return collecting.ask_words(turn, node, before)
        case MyTickets():
            return await own_tickets.ask(turn, node, before)
        case OpenTicket():
            return telling.ask(turn, before)
        case JoinQueue():
            return await _queue(turn, node, before)
        case Voicemail():
            ask = turn.written(node.prompt) if node.prompt is not None else turn.say("phone.voicemail-ask")
            return await messages.voicemail(turn, [*before, ask])
        case CallbackWish():
            return await appointment.ask(turn, node, before)
        case Rate():
            return rating.ask(turn, node, before)
        case Transfer():
            return await transfer.begin(turn, node, before)
        case TextLink():
            return await link.send(turn, node, before)
        case HangUp():
            return Ended(before, turn.written(node.prompt) if node.prompt is not None else None)
        case _:
            assert_never(node)


async def _queue(turn: Turn, node: JoinQueue, before: list[Spoken]) -> Arrival:
    """Nobody waits for nobody: without anyone who speaks the language, a message can be left in it."""
    emergency = await emergencies.current(turn.session, turn.now)
    before = [*before, *announcing.news(turn, emergency)]
    queue = emergency.queue_for(node.queue) if emergency is not None else node.queue
    is_open = turn.company.is_open(turn.now) and not (emergency is not None and emergency.closes)
    if not is_open or not await presence.anyone_there(turn.session, queue, turn.language):
        if node.otherwise is not None:
            return GoTo(node.otherwise, before)
        return await messages.voicemail(turn, [*before, turn.say("phone.nobody-there")])
    await routing.join(turn.session, turn.call, queue, turn.now)
    return line.enqueued(turn, queue, before)
