"""How tickets are answered: one with its card, several as a table."""

from __future__ import annotations

from crm_core.support.tickets import Ticket
from intents.cards.support import ticket_card
from intents.registry import Context
from intents.reply import Choice, Choices, Reply, Table

MOST_LISTED = 15


async def about(context: Context, id: str, ticket: Ticket, **more: object) -> Reply:
    parts = await ticket_card(context, ticket)
    params = {"ref": ticket.ref, "subject": ticket.subject, **more}
    return context.reply(id, *parts, shown=[ticket.ref], **params)  # type: ignore[arg-type]


def table(context: Context, id: str, found: list[Ticket]) -> Reply:
    if not found:
        return context.reply(f"{id}-none")
    if len(found) > MOST_LISTED:
        id, found = f"{id}-more", found[:MOST_LISTED]
    columns = [context.say(label) for label in ("card.ticket", "card.subject", "card.status", "card.priority")]
    rows = [
        [
            ticket.ref,
            ticket.subject,
            context.say(f"ticket.status-{ticket.status}"),
            context.say(f"ticket.priority-{ticket.priority}"),
        ]
        for ticket in found
    ]
    listed = "; ".join(f"{ticket.ref} {ticket.subject}" for ticket in found)
    choices = Choices([Choice(ticket.ref, f"show {ticket.ref}") for ticket in found[:5]])
    shown = [ticket.ref for ticket in found]
    return context.reply(id, Table(columns, rows), choices, shown=shown, count=len(found), listed=listed)
