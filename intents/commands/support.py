"""Tickets: open, show, list, claim, assign, comment, resolve, next."""

from __future__ import annotations

from typing import cast

from crm_core import references, rights
from crm_core.agents import Agent, find_agent
from crm_core.message import say
from crm_core.support import tickets
from crm_core.support.tickets import Priority, Ticket
from intents.cards import ticket_card
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import AgentArg, TextArg, TicketArg

_URGENT = ("urgent", "dringend", "notfall", "emergency")


@command(
    "ticket.open",
    {
        "en": [
            "open [a] [new] ticket {subject}",
            "open [a] [new] ticket [about|for|:] {subject}",
            "(new|create|report) [a] [new] (ticket|problem) [about|for|:] {subject}",
            "ticket: {subject}",
            "open [a] [new] ticket",
            "(new|create [a]|create [a] new) ticket",
            "(report|i have) a problem",
        ],
        "de": [
            "ticket anlegen {subject}",
            "(ticket|vorgang) (öffnen|anlegen|eröffnen|erstellen) [für|zu|:] {subject}",
            "(neues ticket|neuer vorgang|neues anliegen|störung melden) [:] {subject}",
            "(öffne|eröffne|erstelle|lege) [ein] [neues] ticket [an] [für|zu|:] {subject}",
            "[ein] [neues] ticket (öffnen|anlegen|eröffnen|erstellen)",
            "(neues ticket|neuer vorgang|neues anliegen|störung melden)",
        ],
    },
    changes=True,
)
async def open_ticket(context: Context, subject: TextArg) -> Reply:
    is_urgent = subject.casefold().startswith(_URGENT)
    ticket = await tickets.open_ticket(
        context.session,
        context.actor,
        subject=subject,
        contact_id=context.actor.contact_id,
        priority=Priority.URGENT if is_urgent else Priority.NORMAL,
        now=context.now,
    )
    return await _about(context, "ticket.opened", ticket)


@command(
    "ticket.show",
    {
        "en": [
            "show ticket {ticket}",
            "(show|open|display) [me] [the] ticket {ticket}",
            "[what about] ticket {ticket}",
        ],
        "de": ["zeige ticket {ticket}", "(zeig|zeige|öffne) [mir] [das] ticket {ticket}", "ticket {ticket}"],
    },
)
async def show_ticket(context: Context, ticket: TicketArg) -> Reply:
    rights.require(context.actor, "ticket.read")
    found = cast("Ticket", await references.read(context.session, "ticket", ticket))
    status = say(f"ticket.status-{found.status}")
    owner = await tickets.assignee_name(context.session, found)
    return await _about(context, "ticket.shown", found, status=status, name=owner or context.say("ticket.nobody"))


@command(
    "ticket.list",
    {
        "en": [
            "tickets",
            "(list|show) [me] [all] [the] [open] tickets",
            "[all] open tickets",
            "(what|which) tickets (are open|do we have)",
            "(what's open|what is open)",
        ],
        "de": [
            "tickets",
            "(alle|offene|alle offenen) (tickets|vorgänge)",
            "(zeige|zeig|liste) [mir] [alle] [die] [offenen] (tickets|vorgänge)",
            "(welche tickets sind|was ist) offen",
        ],
    },
)
async def list_tickets(context: Context) -> Reply:
    return _table(context, "ticket.list", list(await tickets.list_tickets(context.session, context.actor)))


@command(
    "ticket.mine",
    {
        "en": ["my tickets", "(list|show) [me] my [open] tickets", "what (do i have|is mine)", "mine"],
        "de": ["meine tickets", "(zeige|zeig) [mir] meine [offenen] (tickets|vorgänge)", "meine (vorgänge|anliegen)"],
    },
)
async def my_tickets(context: Context) -> Reply:
    if context.actor.role is None:
        found = await tickets.own_tickets(context.session, context.actor)
    else:
        found = await tickets.list_tickets(context.session, context.actor, mine=True)
    return _table(context, "ticket.mine", list(found))


@command(
    "ticket.claim",
    {
        "en": [
            "claim {ticket}",
            "(claim|take|grab) [ticket] {ticket}",
            "(i'll|i will) (take|do) {ticket}",
            "{ticket} is mine",
            "claim",
        ],
        "de": [
            "{ticket} übernehmen",
            "(übernimm|übernehme|nimm|nehme) [das] [ticket] {ticket}",
            "ich (übernehme|nehme) [das] [ticket] {ticket}",
            "ticket {ticket} übernehmen",
            "(übernehmen|ticket übernehmen)",
        ],
    },
    changes=True,
)
async def claim(context: Context, ticket: TicketArg) -> Reply:
    return await _about(
        context, "ticket.claimed", await tickets.claim(context.session, context.actor, ticket, context.now)
    )


@command(
    "ticket.assign",
    {
        "en": ["assign {ticket} to {agent}", "(give|hand) {ticket} to {agent}", "assign {ticket}", "assign"],
        "de": [
            "{ticket} an {agent}",
            "{ticket} (zuweisen|geben) an {agent}",
            "(gib|weise) {ticket} {agent} [zu]",
            "{ticket} {agent} zuweisen",
            "{ticket} zuweisen",
            "zuweisen",
        ],
    },
    changes=True,
)
async def assign(context: Context, ticket: TicketArg, agent: AgentArg) -> Reply:
    chosen = await _colleague(context, agent)
    assigned = await tickets.assign(context.session, context.actor, ticket, chosen, context.now)
    return await _about(context, "ticket.assigned", assigned, name=chosen.name)


@command(
    "ticket.comment",
    {
        "en": [
            "comment {ticket} {body}",
            "(comment on|note on|note for|add a note to|comment) [ticket] {ticket} [:] {body}",
            "note {ticket} {body}",
            "(comment on|comment) {ticket}",
        ],
        "de": [
            "notiz {ticket} {body}",
            "(notiz zu|notiz an|kommentar zu|kommentiere|kommentar|notiere zu) [ticket] {ticket} [:] {body}",
            "(kommentiere|notiz zu|kommentar zu) {ticket}",
        ],
    },
    changes=True,
)
async def comment(context: Context, ticket: TicketArg, body: TextArg) -> Reply:
    return await _about(
        context, "ticket.commented", await tickets.comment(context.session, context.actor, ticket, body, context.now)
    )


@command(
    "ticket.resolve",
    {
        "en": [
            "resolve {ticket}",
            "(resolve|close|solve|finish) [ticket] {ticket}",
            "{ticket} is (done|resolved|solved|fixed)",
            "resolve",
        ],
        "de": [
            "{ticket} lösen",
            "(löse|schließe|erledige) [das] [ticket] {ticket}",
            "{ticket} (schließen|erledigen|erledigt|gelöst)",
            "{ticket} ist (erledigt|gelöst|fertig)",
            "ticket (lösen|schließen|erledigen)",
        ],
    },
    changes=True,
)
async def resolve(context: Context, ticket: TicketArg) -> Reply:
    return await _about(
        context, "ticket.resolved", await tickets.resolve(context.session, context.actor, ticket, context.now)
    )


@command(
    "ticket.next",
    {
        "en": ["next", "next ticket", "(give|get) me [the] next [ticket]", "what's next", "what is next"],
        "de": ["nächstes ticket", "(nächstes|nächster|weiter)", "(gib|hol) mir [das] nächste [ticket]", "was ist dran"],
    },
    changes=True,
)
async def next_ticket(context: Context) -> Reply:
    return await _about(
        context, "ticket.claimed", await tickets.claim_next(context.session, context.actor, context.now)
    )


async def _about(context: Context, id: str, ticket: Ticket, **more: object) -> Reply:
    parts = await ticket_card(context, ticket)
    params = {"ref": ticket.ref, "subject": ticket.subject, **more}
    return context.reply(id, *parts, shown=[ticket.ref], **params)  # type: ignore[arg-type]


def _table(context: Context, id: str, found: list[Ticket]) -> Reply:
    if not found:
        return context.reply(f"{id}-none")
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


async def _colleague(context: Context, name: str) -> Agent:
    if name.casefold() in {"me", "mich", "mir"} and context.actor.agent_id is not None:
        return cast("Agent", await references.read(context.session, "agent", context.actor.agent_id))
    return await find_agent(context.session, name)
