"""Tags on tickets."""

from __future__ import annotations

from crm_core.support import tags
from intents.commands.support.answers import changed
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import TagArg, TicketArg


@command(
    "ticket.tag",
    {
        "en": ["tag {ticket} {tag}", "(tag|label) {ticket} [as|with] {tag}"],
        "de": ["markiere {ticket} {tag}", "(markiere|markieren sie) {ticket} [als|mit] {tag}"],
    },
    changes=True,
)
async def tag(context: Context, ticket: TicketArg, tag: TagArg) -> Reply:
    tagged = await tags.tag(context.session, context.actor, ticket, tag, context.now)
    return await changed(context, "ticket.tagged", tagged, tag=tags.clean(tag))


@command(
    "ticket.untag",
    {
        "en": ["untag {ticket} {tag}", "(untag|unlabel) {ticket} {tag}", "remove [the] tag {tag} from {ticket}"],
        "de": [
            "entferne Markierung {tag} von {ticket}",
            "(entferne|entfernen sie) [die] markierung {tag} von {ticket}",
        ],
    },
    changes=True,
)
async def untag(context: Context, ticket: TicketArg, tag: TagArg) -> Reply:
    untagged = await tags.untag(context.session, context.actor, ticket, tag, context.now)
    return await changed(context, "ticket.untagged", untagged, tag=tags.clean(tag))
