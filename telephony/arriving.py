"""What each kind of node says to whoever comes to it. One that asks nothing leads on at once."""

from __future__ import annotations

from typing import assert_never

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
    appointment,
    branching,
    collecting,
    link,
    menu,
    messages,
    own_tickets,
    queueing,
    rating,
    telling,
    transfer,
)
from telephony.outcome import Ended, GoTo
from telephony.queueing import Arrival
from telephony.turn import Turn
from telephony.voice import Spoken


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
            return await queueing.into(turn, node.queue, before, otherwise=node.otherwise)
        case Voicemail():
            ask = turn.written(node.prompt) if node.prompt is not None else turn.say("phone.voicemail-ask")
            return await messages.ask_for_message(turn, before, ask)
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
