"""Tickets: open, show, list, claim, assign, comment, resolve, next."""

from __future__ import annotations

from typing import cast

from crm_core import references
from crm_core.agents import Agent, find_agent
from crm_core.message import say
from crm_core.support import tickets
from crm_core.support.tickets import Priority, Ticket
from intents.cards.support import ticket_card
from intents.commands.contacts import the_contact
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import AgentArg, ContactArg, PriorityArg, TextArg, TicketArg

_URGENT = ("urgent", "dringend", "notfall", "emergency")
_MOST_LISTED = 15


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
    return await _about(context, "ticket.opened", ticket)


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
    return await _about(context, "ticket.shown", found, status=status, name=owner or context.say("ticket.nobody"))


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
    found = await tickets.list_tickets(context.session, context.actor, limit=_MOST_LISTED + 1)
    return _table(context, "ticket.list", list(found))


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
        found = await tickets.own_tickets(context.session, context.actor, limit=_MOST_LISTED + 1)
    else:
        found = await tickets.list_tickets(context.session, context.actor, mine=True, limit=_MOST_LISTED + 1)
    return _table(context, "ticket.mine", list(found))


@command(
    "ticket.claim",
    {
        "en": [
            "claim {ticket}",
            "(claim|take|grab|take over) [ticket] {ticket}",
            "(i'll|i will|i) (take|do|claim|grab) {ticket}",
            "{ticket} is mine",
            "claim [a] [ticket]",
        ],
        "de": [
            "{ticket} übernehmen",
            "(übernimm|übernehme|übernehmen sie|nimm|nehme|nehmen sie) [das] [ticket] {ticket}",
            "ich (übernehme|nehme|mache) [das] [ticket] {ticket}",
            "{ticket} (nehme|übernehme|mache) ich",
            "{ticket} gehört mir",
            "[ein] [ticket] übernehmen",
        ],
    },
    changes=True,
)
async def claim(context: Context, ticket: TicketArg) -> Reply:
    claimed = await tickets.claim(context.session, context.actor, ticket, context.now)
    return await _about(context, "ticket.claimed", claimed)


@command(
    "ticket.assign",
    {
        "en": [
            "assign {ticket} to {agent}",
            "(assign|give|hand|pass) {ticket} (to|over to) {agent}",
            "(assign|give) {agent} {ticket}",
            "{ticket} to {agent}",
            "assign {ticket}",
            "assign [a] [ticket]",
        ],
        "de": [
            "{ticket} an {agent}",
            "(gib|geben sie|übergib|weise|weisen sie) {ticket} an {agent} [zu]",
            "(gib|geben sie|weise|weisen sie) {ticket} {agent}",
            "(weise|weisen sie) {ticket} {agent} zu",
            "{ticket} (zuweisen|geben|übergeben) an {agent}",
            "{ticket} [an] {agent} (zuweisen|geben|übergeben)",
            "{ticket} zuweisen",
            "[ein] [ticket] zuweisen",
        ],
    },
    changes=True,
)
async def assign(context: Context, ticket: TicketArg, agent: AgentArg) -> Reply:
    chosen = await _colleague(context, agent)
    assigned = await tickets.assign(context.session, context.actor, ticket, chosen, context.now)
    return await _about(
        context, "ticket.assigned", assigned, name=await tickets.assignee_name(context.session, assigned) or chosen.name
    )


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
    return await _about(context, "ticket.commented", noted)


@command(
    "ticket.resolve",
    {
        "en": [
            "resolve {ticket}",
            "(resolve|close|solve|finish|done|done with) [ticket] {ticket}",
            "{ticket} [is] (done|resolved|solved|fixed|closed)",
            "mark {ticket} [as] (done|resolved|solved|fixed|closed)",
            "(resolve|close) [a] [ticket]",
        ],
        "de": [
            "{ticket} lösen",
            "(löse|schließe|schließ|erledige|lösen sie|schließen sie|erledigen sie) [das] [ticket] {ticket}",
            "{ticket} [ist] (schließen|erledigen|erledigt|gelöst|fertig|geschlossen)",
            "{ticket} (abschließen|zumachen)",
            "[ein] ticket (lösen|schließen|erledigen|abschließen)",
        ],
    },
    changes=True,
)
async def resolve(context: Context, ticket: TicketArg) -> Reply:
    resolved = await tickets.resolve(context.session, context.actor, ticket, context.now)
    return await _about(context, "ticket.resolved", resolved)


@command(
    "ticket.next",
    {
        "en": [
            "next",
            "[the] next [ticket]",
            "(give|get|claim) [me] [the] next [ticket]",
            "(what's|what is|who is|who's) next",
        ],
        "de": [
            "nächstes Ticket",
            "[das] (nächste ticket|nächstes|nächste|nächster|weiter)",
            "(gib|geben sie|hol|holen sie) [mir] [das] nächste [ticket]",
            "(was ist dran|was kommt als nächstes|wer ist dran)",
        ],
    },
    changes=True,
)
async def next_ticket(context: Context) -> Reply:
    claimed = await tickets.claim_next(context.session, context.actor, context.now)
    return await _about(context, "ticket.claimed", claimed)


async def _about(context: Context, id: str, ticket: Ticket, **more: object) -> Reply:
    parts = await ticket_card(context, ticket)
    params = {"ref": ticket.ref, "subject": ticket.subject, **more}
    return context.reply(id, *parts, shown=[ticket.ref], **params)  # type: ignore[arg-type]


def _table(context: Context, id: str, found: list[Ticket]) -> Reply:
    if not found:
        return context.reply(f"{id}-none")
    if len(found) > _MOST_LISTED:
        id, found = f"{id}-more", found[:_MOST_LISTED]
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
