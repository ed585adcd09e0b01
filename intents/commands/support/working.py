"""Who works on a ticket, and that it is done: claim, assign, next, resolve."""

from __future__ import annotations

from typing import cast

from crm_core import references
from crm_core.agents import Agent, find_agent
from crm_core.support import lists, tickets
from intents.commands.support.answers import changed, freed
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import AgentArg, TicketArg


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
    return await changed(context, "ticket.claimed", claimed)


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
    chosen = await colleague(context, agent)
    assigned = await tickets.assign(context.session, context.actor, ticket, chosen, context.now)
    owner = await tickets.assignee_name(context.session, assigned)
    return await changed(context, "ticket.assigned", assigned, name=owner or chosen.name)


@command(
    "ticket.resolve",
    {
        "en": [
            "resolve {ticket}",
            "(resolve|solve|finish|done|done with) [ticket] {ticket}",
            "{ticket} [is] (done|resolved|solved|fixed)",
            "mark {ticket} [as] (done|resolved|solved|fixed)",
            "resolve [a] [ticket]",
        ],
        "de": [
            "{ticket} lösen",
            "(löse|erledige|lösen sie|erledigen sie) [das] [ticket] {ticket}",
            "{ticket} [ist] (erledigen|erledigt|gelöst|fertig)",
            "[ein] ticket (lösen|erledigen)",
        ],
    },
    changes=True,
)
async def resolve(context: Context, ticket: TicketArg) -> Reply:
    resolved = await tickets.resolve(context.session, context.actor, ticket, context.now)
    return await freed(context, await changed(context, "ticket.resolved", resolved), resolved)


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
    claimed = await lists.claim_next(context.session, context.actor, context.now)
    return await changed(context, "ticket.claimed", claimed)


async def colleague(context: Context, name: str) -> Agent:
    if name.casefold() in {"me", "mich", "mir"} and context.actor.agent_id is not None:
        return cast("Agent", await references.read(context.session, "agent", context.actor.agent_id))
    return await find_agent(context.session, name)
