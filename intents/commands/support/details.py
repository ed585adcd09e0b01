"""What is known of a ticket: the fields of offhook.yml."""

from __future__ import annotations

from crm_core.support import details
from intents import fields
from intents.commands.support.answers import changed
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import FieldArg, TextArg, TicketArg


@command(
    "ticket.set-field",
    {
        "en": [
            "set {field} of {ticket} to {text}",
            "(set|change) [the] {field} (of|for|on) [ticket] {ticket} (to|:) {text}",
        ],
        "de": [
            "setze {field} von {ticket} auf {text}",
            "(setze|setzen sie|ändere|ändern sie) [die|den|das] {field} (von|bei|für) [ticket] {ticket} "
            "(auf|in|zu|:) {text}",
        ],
    },
    changes=True,
)
async def set_field(context: Context, field: FieldArg, ticket: TicketArg, text: TextArg) -> Reply:
    declared = fields.meant(context, context.company.ticket_fields, field)
    filled = await details.set_field(
        context.session, context.actor, ticket, declared.key, fields.value(text), context.now
    )
    return await changed(context, "ticket.field-set", filled, field=declared.shown(context.language))
