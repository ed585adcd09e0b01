"""What was promised: one ticket's clocks, and whose time is nearly up."""

from __future__ import annotations

from crm_core.message import Message, say
from crm_core.support import sla, tickets
from crm_core.support.sla import Clock, TicketSla
from intents.cards.support import clock_label
from intents.commands.support.answers import about
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import TicketArg


@command(
    "sla.show",
    {
        "en": [
            "sla {ticket}",
            "(sla|deadline|due time|due times) [of|for] [ticket] {ticket}",
            "when is {ticket} due",
            "(by when must|until when must) {ticket} be (done|answered|resolved)",
        ],
        "de": [
            "SLA {ticket}",
            "(sla|frist|fristen) [von|für|zu] [ticket] {ticket}",
            "(wann ist|bis wann ist) {ticket} fällig",
            "bis wann muss {ticket} (fertig|gelöst|beantwortet|erledigt) sein",
        ],
    },
)
async def show_sla(context: Context, ticket: TicketArg) -> Reply:
    found = await sla.promised(context.session, context.actor, ticket)
    asked = await tickets.read_ticket(context.session, context.actor, ticket)
    if not found:
        return await about(context, "sla.none", asked)
    listed = ", ".join(f"{context.say(clock_label(clock))}: {context.shown_as(stand(clock))}" for clock in found)
    return await about(context, "sla.shown", asked, policy=found[0].policy, listed=listed)


@command(
    "sla.near",
    {
        "en": [
            "tickets near breach",
            "(which|what) tickets are (near breach|nearly due|overdue|late|at risk)",
            "(near breach|overdue tickets|tickets overdue|late tickets|tickets at risk|breaches)",
        ],
        "de": [
            "Tickets kurz vor Fristablauf",
            "welche (tickets|vorgänge) sind (überfällig|fast fällig|bald fällig|kurz vor fristablauf)",
            "(überfällige tickets|fällige tickets|tickets überfällig|überfällige vorgänge|fristverletzungen)",
        ],
    },
)
async def near_breach(context: Context) -> Reply:
    found = await sla.near_breach(context.session, context.actor, context.now)
    if not found:
        return context.reply("sla.near-none")
    columns = [context.say(id) for id in ("card.ticket", "card.subject", "card.promise", "card.due")]
    rows = [
        [ticket.ref, ticket.subject, context.say(clock_label(clock)), context.shown_as(stand(clock))]
        for ticket, clock in found
    ]
    listed = "; ".join(f"{ref} {subject} ({promise}: {due})" for ref, subject, promise, due in rows)
    shown = list(dict.fromkeys(ticket.ref for ticket, _clock in found))
    choices = Choices([Choice(ref, f"show {ref}") for ref in shown[:5]])
    return context.reply("sla.near", Table(columns, rows), choices, shown=shown, count=len(shown), listed=listed)


def stand(clock: TicketSla) -> Message:
    """When it is due, or how it ended."""
    if clock.breached_at is not None:
        return say("sla.overdue", when=clock.due_at) if clock.is_running else say("sla.missed", when=clock.due_at)
    if clock.is_running:
        return say("sla.due", when=clock.due_at)
    if clock.clock == Clock.FIRST_RESPONSE:
        return say("sla.kept", when=clock.stopped_since)
    return say("sla.stopped", when=clock.stopped_since)
