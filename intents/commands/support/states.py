"""Where a ticket stands, and in which queue it lies."""

from __future__ import annotations

from crm_core.message import say
from crm_core.support import snooze, states
from intents.commands.support.answers import changed, freed
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import DueArg, QueueArg, TextArg, TicketArg


@command(
    "ticket.wait",
    {
        "en": ["wait {ticket}", "{ticket} (waits|is waiting) [for the customer]", "(set|mark) {ticket} [as] waiting"],
        "de": ["{ticket} wartet", "{ticket} (wartet|warten) [auf den kunden|auf die kundin]"],
    },
    changes=True,
)
async def wait(context: Context, ticket: TicketArg) -> Reply:
    waiting = await states.wait(context.session, context.actor, ticket, context.now)
    return await changed(context, "ticket.now", waiting, status=say("ticket.status-waiting"))


@command(
    "ticket.hold",
    {
        "en": ["hold {ticket}", "put {ticket} on hold", "{ticket} is on hold"],
        "de": ["{ticket} zurückstellen", "(stelle|stell|stellen sie) {ticket} zurück", "{ticket} ist zurückgestellt"],
    },
    changes=True,
)
async def hold(context: Context, ticket: TicketArg) -> Reply:
    held = await states.hold(context.session, context.actor, ticket, context.now)
    return await changed(context, "ticket.now", held, status=say("ticket.status-on-hold"))


@command(
    "ticket.reopen",
    {
        "en": ["reopen {ticket}", "(reopen|re-open|wake|wake up) [ticket] {ticket}"],
        "de": [
            "{ticket} wieder öffnen",
            "(öffne|öffnen sie) {ticket} wieder",
            "(wecke|wecken sie) {ticket}",
            "{ticket} (wiedereröffnen|wecken)",
        ],
    },
    changes=True,
)
async def reopen(context: Context, ticket: TicketArg) -> Reply:
    opened = await states.reopen(context.session, context.actor, ticket, context.now)
    return await changed(context, "ticket.now", opened, status=say("ticket.status-open"))


@command(
    "ticket.close",
    {
        "en": [
            "close {ticket}",
            "(close|shut) [ticket] {ticket}",
            "{ticket} [is] closed",
            "mark {ticket} [as] closed",
            "close [a] [ticket]",
        ],
        "de": [
            "{ticket} schließen",
            "(schließe|schließ|schließen sie) [das] [ticket] {ticket}",
            "{ticket} [ist] (geschlossen|abschließen|zumachen)",
            "[ein] ticket (schließen|abschließen)",
        ],
    },
    changes=True,
)
async def close(context: Context, ticket: TicketArg) -> Reply:
    closed = await states.close(context.session, context.actor, ticket, context.now)
    return await freed(context, await changed(context, "ticket.closed", closed), closed)


@command(
    "ticket.queue",
    {
        "en": ["queue {ticket} {queue}", "(move|put) {ticket} (to|into|in) queue {queue}"],
        "de": [
            "{ticket} in Warteschlange {queue}",
            "(verschiebe|verschieben sie|lege|legen sie) {ticket} in [die] warteschlange {queue}",
        ],
    },
    changes=True,
)
async def queue(context: Context, ticket: TicketArg, queue: QueueArg) -> Reply:
    queued = await states.queue(context.session, context.actor, ticket, queue.casefold(), context.now)
    return await changed(context, "ticket.queued", queued, queue=queued.queue)


@command(
    "ticket.describe",
    {
        "en": ["describe {ticket} {body}", "(describe|description of|description for) {ticket} [:] {body}"],
        "de": ["beschreibe {ticket} {body}", "(beschreibe|beschreibung von|beschreibung für) {ticket} [:] {body}"],
    },
    changes=True,
)
async def describe(context: Context, ticket: TicketArg, body: TextArg) -> Reply:
    described = await states.describe(context.session, context.actor, ticket, body, context.now)
    return await changed(context, "ticket.described", described)


@command(
    "ticket.snooze",
    {
        "en": ["snooze {ticket} until {until}", "(snooze|hide) {ticket} [until|till] {until}", "snooze {ticket}"],
        "de": [
            "{ticket} bis {until} ausblenden",
            "(blende|blenden sie) {ticket} bis {until} aus",
            "{ticket} ausblenden [bis] {until}",
            "{ticket} ausblenden",
        ],
    },
    changes=True,
)
async def snooze_ticket(context: Context, ticket: TicketArg, until: DueArg) -> Reply:
    asleep = await snooze.snooze(context.session, context.actor, ticket, until, context.now)
    return await changed(context, "ticket.snoozed", asleep, until=until)
