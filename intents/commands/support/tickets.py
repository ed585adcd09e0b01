"""Tickets: open, show."""

from __future__ import annotations

from crm_core.message import say
from crm_core.support import tickets
from crm_core.support.tickets import Priority
from intents.commands.contacts import the_contact
from intents.commands.support.answers import about
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import ContactArg, PriorityArg, TextArg, TicketArg

_URGENT = ("urgent", "dringend", "notfall", "emergency")


@command(
    "ticket.open",
    {
        "en": [
            "open ticket {subject}",
            "(open|create|new|add|raise) [a] [new] ticket [about|for|:] {subject}",
            "(open|create|new|add|raise) [a] [new] ticket for {contact} : {subject}",
            "ticket for {contact} : {subject}",
            "[open|create|new|add|raise] [a|an] [new] {priority} ticket [about|for|:] {subject}",
            "{priority} [problem] : {subject}",
            "(ticket:|report|report a problem|report a problem:|problem:) {subject}",
            "(open|create|new|add|raise) [a] [new] ticket",
            "a [new] ticket",
            "(report a|i have a|there is a|new) problem",
        ],
        "de": [
            "Ticket anlegen {subject}",
            "(ticket|vorgang|anliegen) (öffnen|anlegen|eröffnen|erstellen|aufmachen) [für|zu|:] {subject}",
            "(neues ticket|neuer vorgang|neues anliegen|störung melden|problem melden|ticket:) [für|zu|:] {subject}",
            "(öffne|eröffne|erstelle|öffnen sie|eröffnen sie|erstellen sie) [ein] [neues] ticket [für|zu|:] {subject}",
            "(lege|leg|legen sie) [ein] [neues] ticket an [für|zu|:] {subject}",
            "(neues ticket|ticket) für {contact} : {subject}",
            "[neues] {priority} ticket [für|zu|:] {subject}",
            "{priority} [problem] : {subject}",
            "(ticket|vorgang) (öffnen|anlegen|eröffnen|erstellen) für {contact} : {subject}",
            "[ein] [neues] (ticket|anliegen) (öffnen|anlegen|eröffnen|erstellen|aufmachen)",
            "[eine|ein] (neues ticket|neuer vorgang|neues anliegen|störung melden|problem melden|problem)",
            "(öffne|eröffne|erstelle|lege|öffnen sie|eröffnen sie|erstellen sie) [ein] [neues] ticket [an]",
        ],
    },
    changes=True,
)
async def open_ticket(
    context: Context,
    subject: TextArg,
    contact: ContactArg | None = None,
    priority: PriorityArg = Priority.NORMAL,
) -> Reply:
    customer = await the_contact(context, contact) if contact else None
    ticket = await tickets.open_ticket(
        context.session,
        context.actor,
        subject=subject,
        contact_id=customer.id if customer else context.actor.contact_id,
        call_id=context.ask.call_id,
        priority=Priority.URGENT if subject.casefold().startswith(_URGENT) else priority,
        now=context.now,
    )
    return await about(context, "ticket.opened", ticket)


@command(
    "ticket.show",
    {
        "en": [
            "show ticket {ticket}",
            "(show|open|display) [me] [the] ticket {ticket}",
            "[what about|what is with] ticket {ticket}",
            "(the status of|status of|status) {ticket}",
            "(what is the status of|what's the status of|how is|who has) {ticket}",
        ],
        "de": [
            "zeige Ticket {ticket}",
            "(zeig|zeige|zeigen sie|öffne|öffnen sie) [mir] [das] ticket {ticket}",
            "[was ist mit] ticket {ticket}",
            "(status von|status|stand von|wie steht es um|wer hat) {ticket}",
        ],
    },
)
async def show_ticket(context: Context, ticket: TicketArg) -> Reply:
    found = await tickets.read_ticket(context.session, context.actor, ticket)
    status = say(f"ticket.status-{found.status}")
    owner = await tickets.assignee_name(context.session, found)
    return await about(context, "ticket.shown", found, status=status, name=owner or context.say("ticket.nobody"))
