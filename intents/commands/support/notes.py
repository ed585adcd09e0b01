"""What is said on a ticket."""

from __future__ import annotations

from crm_core.support import tickets
from intents.commands.support.answers import about
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import TextArg, TicketArg


@command(
    "ticket.comment",
    {
        "en": [
            "note {ticket} {body}",
            "(comment|comment on|note on|note for|note to|add a note to|add a comment to) [ticket] {ticket} [:] {body}",
            "(comment|comment on|note|add a note to) [ticket] {ticket}",
            "(comment on|add a note to) a ticket",
        ],
        "de": [
            "Notiz {ticket} {body}",
            "(notiz zu|notiz an|notiz bei|kommentar zu|kommentiere|kommentar) [ticket] {ticket} [:] {body}",
            "(notiere|notiere zu|notiere bei|notieren sie zu|notieren sie bei) [ticket] {ticket} [:] {body}",
            "(kommentiere|kommentar|kommentar zu|notiz|notiz zu|notiere zu) {ticket}",
            "{ticket} kommentieren",
            "ticket kommentieren",
        ],
    },
    changes=True,
)
async def comment(context: Context, ticket: TicketArg, body: TextArg) -> Reply:
    noted = await tickets.comment(context.session, context.actor, ticket, body, context.now)
    return await about(context, "ticket.commented", noted)
