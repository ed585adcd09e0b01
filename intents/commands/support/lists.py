"""Which tickets there are."""

from __future__ import annotations

from crm_core.support import tickets
from intents.commands.support.answers import MOST_LISTED, table
from intents.registry import Context, command
from intents.reply import Reply


@command(
    "ticket.list",
    {
        "en": [
            "tickets",
            "(list|show) [me] [all] [the] [open] tickets",
            "[all] [the] open tickets",
            "(what|which) tickets (are open|are there|do we have)",
            "(what's open|what is open)",
        ],
        "de": [
            "Tickets",
            "(alle|offene|alle offenen|die offenen) (tickets|vorgänge)",
            "(zeige|zeig|zeigen sie|liste) [mir] [alle] [die] [offenen] (tickets|vorgänge)",
            "[mir] [alle] [die] [offenen] (tickets|vorgänge) (zeigen|anzeigen|auflisten)",
            "(welche tickets sind|was ist) offen",
        ],
    },
)
async def list_tickets(context: Context) -> Reply:
    found = await tickets.list_tickets(context.session, context.actor, limit=MOST_LISTED + 1)
    return table(context, "ticket.list", list(found))


@command(
    "ticket.mine",
    {
        "en": [
            "my tickets",
            "(list|show) [me] [all] my [open] tickets",
            "my open tickets",
            "(what do i have|what is mine|what's mine|mine)",
        ],
        "de": [
            "meine Tickets",
            "(zeige|zeig|zeigen sie|liste) [mir] [alle] meine [offenen] (tickets|vorgänge)",
            "meine [offenen] (tickets|vorgänge|anliegen)",
            "[mir] meine [offenen] (tickets|vorgänge) (zeigen|anzeigen)",
        ],
    },
)
async def my_tickets(context: Context) -> Reply:
    if context.actor.role is None:
        found = await tickets.own_tickets(context.session, context.actor, limit=MOST_LISTED + 1)
    else:
        found = await tickets.list_tickets(context.session, context.actor, mine=True, limit=MOST_LISTED + 1)
    return table(context, "ticket.mine", list(found))
