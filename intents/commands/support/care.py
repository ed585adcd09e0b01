"""Keeping a ticket in sight, and what there is to do on it."""

from __future__ import annotations

from crm_core.support import checklist, watchers
from intents.commands.support.answers import changed
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import NumberArg, TextArg, TicketArg


@command(
    "ticket.watch",
    {
        "en": ["watch {ticket}", "(watch|follow) [ticket] {ticket}"],
        "de": ["{ticket} beobachten", "(beobachte|beobachten sie) [ticket] {ticket}"],
    },
    changes=True,
)
async def watch(context: Context, ticket: TicketArg) -> Reply:
    watched = await watchers.watch(context.session, context.actor, ticket, context.now)
    return await changed(context, "ticket.watched", watched)


@command(
    "ticket.unwatch",
    {
        "en": ["unwatch {ticket}", "(unwatch|unfollow|stop watching) [ticket] {ticket}"],
        "de": ["{ticket} nicht mehr beobachten", "(beobachte|beobachten sie) {ticket} nicht mehr"],
    },
    changes=True,
)
async def unwatch(context: Context, ticket: TicketArg) -> Reply:
    left = await watchers.unwatch(context.session, context.actor, ticket, context.now)
    return await changed(context, "ticket.unwatched", left)


@command(
    "ticket.add-step",
    {
        "en": ["step {ticket} {body}", "(step|add step|add a step) [to|for] {ticket} [:] {body}"],
        "de": ["Schritt {ticket} {body}", "(schritt|schritt für|schritt bei) {ticket} [:] {body}"],
    },
    changes=True,
)
async def add_step(context: Context, ticket: TicketArg, body: TextArg) -> Reply:
    planned = await checklist.add_step(context.session, context.actor, ticket, body, context.now)
    return await changed(context, "ticket.step-added", planned)


@command(
    "ticket.check",
    {
        "en": ["check {ticket} {number}", "(check|check off|tick|tick off) [step] {number} (of|on) {ticket}"],
        "de": ["{ticket} Schritt {number} abhaken", "(hake|haken sie) [schritt] {number} (bei|von) {ticket} ab"],
    },
    changes=True,
)
async def check(context: Context, ticket: TicketArg, number: NumberArg) -> Reply:
    checked = await checklist.check(context.session, context.actor, ticket, number, context.now)
    return await changed(context, "ticket.step-checked", checked, number=number)
