"""How tickets are answered: one with its card, several as a table."""

from __future__ import annotations

from collections.abc import Sequence

from crm_core import phones
from crm_core.support import links
from crm_core.support.tickets import Ticket
from crm_core.support.ways import Way
from intents.beside import and_who_else
from intents.cards.support import ticket_card
from intents.registry import Context
from intents.reply import Choice, Choices, Reply, Table

MOST_LISTED = 15


async def about(context: Context, id: str, ticket: Ticket, **more: object) -> Reply:
    parts = await ticket_card(context, ticket)
    params = {"ref": ticket.ref, "subject": ticket.subject, **more}
    return context.reply(id, *parts, shown=[ticket.ref], **params)  # type: ignore[arg-type]


async def changed(context: Context, id: str, ticket: Ticket, **more: object) -> Reply:
    """As `about`, and who else is at it."""
    return await and_who_else(context, await about(context, id, ticket, **more), ticket)


def way_in_words(context: Context, way: Way) -> str:
    """In a public place neither number nor account."""
    medium = context.say(f"way.{way.medium}")
    if context.ask.is_public:
        return medium
    return context.say("way.to", medium=medium, to=phones.shown(way.to) if way.number else way.to)


def sent(context: Context, reply: Reply, way: Way | None) -> Reply:
    """Where the customer's answer went, or that it went nowhere."""
    if way is None:
        return reply.also(context.say("way.none"))
    return reply.also(context.say("way.sent", way=way_in_words(context, way)))


async def freed(context: Context, reply: Reply, ticket: Ticket) -> Reply:
    """What waited for it may go on: said by name."""
    waited = await links.blocked_by(context.session, ticket.id)
    if not waited:
        return reply
    return reply.also(context.say("ticket.freed", refs=", ".join(one.ref for one in waited), ref=ticket.ref))


def listed(found: Sequence[Ticket]) -> str:
    return "; ".join(f"{ticket.ref} {ticket.subject}" for ticket in found)


def table(context: Context, id: str, found: list[Ticket], *, is_named: bool = True) -> Reply:
    """Up to a page; one more than that says that there are older ones. With nothing but references unless
    `is_named`.
    """
    if not found:
        return context.reply(f"{id}-none")
    offered = [Choice(ticket.ref, f"show {ticket.ref}") for ticket in found[:5]]
    if len(found) > MOST_LISTED:
        id, found = f"{id}-more", found[:MOST_LISTED]
        offered.append(Choice(context.say("button.older"), "older tickets"))
    shown = [ticket.ref for ticket in found]
    if not is_named:
        refs = Table([context.say("card.ticket")], [[ref] for ref in shown])
        return context.reply(id, refs, Choices(offered), shown=shown, count=len(found), listed=", ".join(shown))
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
    return context.reply(
        id, Table(columns, rows), Choices(offered), shown=shown, count=len(found), listed=listed(found)
    )
