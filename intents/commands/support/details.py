"""What is known of a ticket: priority, subject, whose it is, the fields of offhook.yml."""

from __future__ import annotations

from crm_core.message import say
from crm_core.support import details
from intents import fields
from intents.commands.contacts import name_for, the_contact
from intents.commands.support.answers import changed
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import ContactArg, FieldArg, LevelArg, TextArg, TicketArg


@command(
    "ticket.prioritise",
    {
        "en": [
            "{ticket} is {level}",
            "(set|change) [the] priority (of|for) [ticket] {ticket} (to|:) {level}",
            "[the] priority (of|for) [ticket] {ticket} [is|:] {level}",
            "(make|mark) [ticket] {ticket} [as] {level}",
            "{ticket} (is|has) {level} priority",
        ],
        "de": [
            "{ticket} ist {level}",
            "(setze|setzen sie|ändere|ändern sie) [die] priorität (von|für) [ticket] {ticket} auf {level}",
            "[die] priorität (von|für) [ticket] {ticket} [ist|:] {level}",
            "{ticket} (auf|hat) [priorität] {level}",
        ],
    },
    changes=True,
)
async def prioritise(context: Context, ticket: TicketArg, level: LevelArg) -> Reply:
    raised = await details.prioritise(context.session, context.actor, ticket, level, context.now)
    return await changed(context, "ticket.prioritised", raised, priority=say(f"ticket.priority-{raised.priority}"))


@command(
    "ticket.rename",
    {
        "en": [
            "rename {ticket} to {subject}",
            "(set|change) [the] (subject|title) (of|for) [ticket] {ticket} (to|:) {subject}",
            "[the] subject (of|for) [ticket] {ticket} [is|:] {subject}",
        ],
        "de": [
            "Betreff von {ticket} {subject}",
            "(setze|setzen sie|ändere|ändern sie) [den] (betreff|titel) (von|für) [ticket] {ticket} "
            "(auf|in|zu|:) {subject}",
            "[der] betreff (von|für) [ticket] {ticket} [ist|:] {subject}",
            "(benenne|benennen sie) [ticket] {ticket} um in {subject}",
        ],
    },
    changes=True,
)
async def rename(context: Context, ticket: TicketArg, subject: TextArg) -> Reply:
    renamed = await details.rename(context.session, context.actor, ticket, subject, context.now)
    return await changed(context, "ticket.renamed", renamed)


@command(
    "ticket.set-contact",
    {
        "en": [
            "{ticket} is from {contact}",
            "[ticket] {ticket} (is from|comes from|came from) {contact}",
            "(set|change) [the] (contact|customer) (of|for) [ticket] {ticket} (to|:) {contact}",
        ],
        "de": [
            "{ticket} ist von {contact}",
            "[ticket] {ticket} (kommt von|kam von|stammt von) {contact}",
            "(setze|setzen sie|ändere|ändern sie) [den|die] (kontakt|kunden|kundin) (von|für) [ticket] {ticket} "
            "auf {contact}",
        ],
    },
    changes=True,
)
async def set_contact(context: Context, ticket: TicketArg, contact: ContactArg) -> Reply:
    customer = await the_contact(context, contact)
    theirs = await details.set_contact(context.session, context.actor, ticket, customer.id, context.now)
    return await changed(context, "ticket.from", theirs, name=name_for(context, customer))


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
