"""What is said on a ticket: notes for the team, replies to the customer."""

from __future__ import annotations

from crm_core.support import replies, tickets
from intents.commands.support.answers import changed, way_in_words
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
    return await changed(context, "ticket.commented", noted)


@command(
    "ticket.reply",
    {
        "en": [
            "reply {ticket} {body}",
            "(reply|reply to|reply on|answer|respond to|tell the customer on) [ticket] {ticket} [:] {body}",
            "(reply|reply to|respond to) [ticket] {ticket}",
        ],
        "de": [
            "antworte {ticket} {body}",
            "(antwort|antwort zu|antwort auf|antworte|antworte auf|antworten sie auf) [ticket] {ticket} [:] {body}",
            "(antwort|antworte|antworte auf|antworten sie auf) [ticket] {ticket}",
        ],
    },
    changes=True,
)
async def reply(context: Context, ticket: TicketArg, body: TextArg) -> Reply:
    told = await replies.reply(context.session, context.actor, ticket, body, context.now)
    if told.way is None:
        return await changed(context, "ticket.reply-kept", told.ticket)
    return await changed(context, "ticket.reply-sent", told.ticket, way=way_in_words(context, told.way))
