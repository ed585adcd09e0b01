"""Tickets: open, show, list, claim, assign, comment, resolve, next."""

from __future__ import annotations

from crm_core.support import tickets
from crm_core.support.tickets import Priority
from intents.cards import ticket_card
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import TextArg


@command(
    "ticket.open",
    {
        "en": [
            "open [a] [new] ticket {subject}",
            "(new|create|report) [a] ticket [about|:] {subject}",
            "open [a] [new] ticket",
            "(new|create) [a] ticket",
        ],
        "de": [
            "(ticket|vorgang) (öffnen|anlegen|eröffnen) {subject}",
            "(neues ticket|neuer vorgang|neues anliegen) [:] {subject}",
            "(ticket|vorgang) (öffnen|anlegen|eröffnen)",
            "(öffne|eröffne|erstelle) [ein] [neues] ticket [:] {subject}",
            "(neues ticket|neuer vorgang|neues anliegen)",
        ],
    },
    changes=True,
)
async def open_ticket(context: Context, subject: TextArg) -> Reply:
    urgent = subject.casefold().startswith(("urgent", "dringend"))
    ticket = await tickets.open_ticket(
        context.session,
        context.actor,
        subject=subject,
        contact_id=context.actor.contact_id,
        priority=Priority.URGENT if urgent else Priority.NORMAL,
        now=context.now,
    )
    return context.reply(
        "ticket.opened",
        *await ticket_card(context, ticket),
        ref=ticket.ref,
        subject=ticket.subject,
        shown=[ticket.ref],
    )
