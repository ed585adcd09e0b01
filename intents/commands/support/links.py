"""How tickets hang together, and with calls: subtickets, blockers, merging and splitting."""

from __future__ import annotations

from crm_core import references
from crm_core.support import links, merging, ticket_calls
from intents.commands.support.answers import changed
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import GivenCallArg, NumberArg, TicketArg


@command(
    "ticket.put-under",
    {
        "en": [
            "subticket {ticket} of {other}",
            "{ticket} is [a] subticket of {other}",
            "(put|make) {ticket} (under|a subticket of) {other}",
        ],
        "de": [
            "{ticket} gehört zu {other}",
            "(ordne|ordnen sie) {ticket} {other} unter",
            "{ticket} ist teil von {other}",
        ],
    },
    changes=True,
)
async def put_under(context: Context, ticket: TicketArg, other: TicketArg) -> Reply:
    below = await links.put_under(context.session, context.actor, ticket, other, context.now)
    return await changed(context, "ticket.put-under", below, other=references.ref("ticket", other))


@command(
    "ticket.block",
    {
        "en": ["{ticket} blocked by {other}", "{ticket} (is blocked by|waits for|depends on) {other}"],
        "de": ["{ticket} wartet auf {other}", "{ticket} (hängt ab von|braucht) {other}"],
    },
    changes=True,
)
async def block(context: Context, ticket: TicketArg, other: TicketArg) -> Reply:
    blocked = await links.block(context.session, context.actor, ticket, other, context.now)
    return await changed(context, "ticket.blocked", blocked, other=references.ref("ticket", other))


@command(
    "ticket.unblock",
    {
        "en": ["unblock {ticket} from {other}", "{ticket} (is not blocked by|does not wait for) {other}"],
        "de": ["{ticket} wartet nicht auf {other}", "{ticket} (hängt nicht ab von|braucht nicht) {other}"],
    },
    changes=True,
)
async def unblock(context: Context, ticket: TicketArg, other: TicketArg) -> Reply:
    unblocked = await links.unblock(context.session, context.actor, ticket, other, context.now)
    return await changed(context, "ticket.unblocked", unblocked, other=references.ref("ticket", other))


@command(
    "ticket.link-call",
    {
        "en": [
            "link {call} to {ticket}",
            "(link|attach) {call} (to|with) [ticket] {ticket}",
            "{call} (is|was) about {ticket}",
        ],
        "de": [
            "{call} gehört zu {ticket}",
            "(verknüpfe|verknüpfen sie) {call} mit [ticket] {ticket}",
            "in {call} ging es um {ticket}",
        ],
    },
    changes=True,
)
async def link_call(context: Context, call: GivenCallArg, ticket: TicketArg) -> Reply:
    linked = await ticket_calls.link_call(context.session, context.actor, ticket, call, context.now)
    return await changed(context, "ticket.call-linked", linked, call=references.ref("call", call))


@command(
    "ticket.unlink-call",
    {
        "en": ["unlink {call} from {ticket}", "(unlink|detach) {call} (from|of) [ticket] {ticket}"],
        "de": ["{call} gehört nicht zu {ticket}", "(löse|lösen sie) {call} von [ticket] {ticket}"],
    },
    changes=True,
)
async def unlink_call(context: Context, call: GivenCallArg, ticket: TicketArg) -> Reply:
    unlinked = await ticket_calls.unlink_call(context.session, context.actor, ticket, call, context.now)
    return await changed(context, "ticket.call-unlinked", unlinked, call=references.ref("call", call))


@command(
    "ticket.merge",
    {
        "en": ["merge {ticket} into {other}", "(merge|combine) {ticket} (into|with|and) {other}"],
        "de": [
            "{ticket} mit {other} zusammenführen",
            "(führe|führen sie) {ticket} (mit|und) {other} zusammen",
            "{ticket} in {other} zusammenführen",
        ],
    },
    changes=True,
)
async def merge(context: Context, ticket: TicketArg, other: TicketArg) -> Reply:
    into = await merging.merge(context.session, context.actor, ticket, other, context.now)
    return await changed(context, "ticket.merged", into, other=references.ref("ticket", ticket))


@command(
    "ticket.split",
    {
        "en": ["split {ticket}", "split {ticket} {number}", "split (note|comment) {number} (off|from) {ticket}"],
        "de": ["{ticket} aufteilen", "{ticket} aufteilen {number}", "(teile|teilen sie) {ticket} auf"],
    },
    changes=True,
)
async def split(context: Context, ticket: TicketArg, number: NumberArg | None = None) -> Reply:
    new = await merging.split(context.session, context.actor, ticket, context.now, number)
    return await changed(context, "ticket.split", new, other=references.ref("ticket", ticket))
