"""Which tickets there are: pages, filters, saved views, and those with some words."""

from __future__ import annotations

from collections.abc import Mapping

from crm_core import conversation
from crm_core.agents import find_agent
from crm_core.errors import Refused
from crm_core.support import lists, search, tickets, views
from crm_core.support.tickets import Status, Ticket
from intents.commands.support.answers import MOST_LISTED, table
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply
from intents.slots import FilterArg, TitleArg, WordsArg

_WORDS = "words"


@command(
    "ticket.list",
    {
        "en": [
            "tickets",
            "tickets {filter}",
            "{filter} tickets",
            "(list|show) [me] [all] [the] {filter} tickets",
            "(list|show) [me] [all] [the] tickets {filter}",
            "(list|show) [me] [all] [the] [open] tickets",
            "[all] [the] open tickets",
            "(what|which) tickets (are open|are there|do we have)",
            "(what's open|what is open)",
        ],
        "de": [
            "Tickets",
            "Tickets {filter}",
            "{filter} Tickets",
            "(zeige|zeig|zeigen sie) [mir] [alle] [die] {filter} tickets",
            "(zeige|zeig|zeigen sie) [mir] [alle] [die] tickets {filter}",
            "(alle|offene|alle offenen|die offenen) (tickets|vorgänge)",
            "(zeige|zeig|zeigen sie|liste) [mir] [alle] [die] [offenen] (tickets|vorgänge)",
            "[mir] [alle] [die] [offenen] (tickets|vorgänge) (zeigen|anzeigen|auflisten)",
            "(welche tickets sind|was ist) offen",
        ],
    },
)
async def list_tickets(context: Context, filter: FilterArg | None = None) -> Reply:
    return await _page(context, filter or {})


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
        return table(context, "ticket.mine", list(found))
    return await _page(context, {"whose": "mine"})


@command(
    "ticket.find",
    {
        "en": [
            "find ticket {words}",
            "(find|search|search for|look for) [the|a|all] (ticket|tickets) [about|for|:] {words}",
            "tickets about {words}",
            "(find|search) [a] (ticket|tickets)",
        ],
        "de": [
            "suche Ticket {words}",
            "(suche|finde|suchen sie|finden sie) [das|ein|alle|nach] (ticket|tickets|vorgang|vorgänge) "
            "[zu|nach|über|:] {words}",
            "(tickets|vorgänge) (über|zum thema) {words}",
            "(suche|finde) [ein] (ticket|tickets)",
        ],
    },
)
async def find_tickets(context: Context, words: WordsArg) -> Reply:
    return await _page(context, {_WORDS: words})


@command(
    "ticket.older",
    {
        "en": ["older tickets", "(older|earlier tickets|more tickets|next page)"],
        "de": ["ältere Tickets", "(ältere|weitere tickets|nächste seite)"],
    },
)
async def older_tickets(context: Context) -> Reply:
    """Goes on where the last list of this conversation ended."""
    remembered = await conversation.remembered(context.session, context.ask.conversation, context.now)
    if remembered.page is None:
        raise Refused("ticket.no-older")
    return await _page(context, remembered.page["wanted"], int(remembered.page["before"]))


@command(
    "view.save",
    {
        "en": ["save view {view} as {filter}", "save [the] view {view} [:|as] [tickets] {filter} [tickets]"],
        "de": [
            "speichere Ansicht {view} als {filter}",
            "(speichere|speichern sie) [die] ansicht {view} [:|als] [tickets] {filter} [tickets]",
        ],
    },
    changes=True,
)
async def save_view(context: Context, view: TitleArg, filter: FilterArg) -> Reply:
    await _arguments(context, filter)
    saved = await views.save_view(context.session, context.actor, view, filter, context.now)
    choices = Choices([Choice(saved.name, f"view {saved.name}")])
    return context.reply("ticket.view-saved", choices, name=saved.name)


@command(
    "view.show",
    {
        "en": ["view {view}", "(view|show view|open view) {view}"],
        "de": ["Ansicht {view}", "(ansicht|zeige ansicht|öffne ansicht) {view}"],
    },
)
async def show_view(context: Context, view: TitleArg) -> Reply:
    found = await views.view_of(context.session, context.actor, view)
    return await _page(context, found.wanted)


async def _page(context: Context, wanted: Mapping[str, str], before: int | None = None) -> Reply:
    found = await _found(context, wanted, before)
    remembered = await conversation.remembered(context.session, context.ask.conversation, context.now)
    more = len(found) > MOST_LISTED
    remembered.page = {"wanted": dict(wanted), "before": found[MOST_LISTED - 1].id} if more else None
    # What is said on tickets is told nobody by asking for it.
    is_named = not (context.ask.is_public and _WORDS in wanted)
    if before is not None:
        return table(context, "ticket.older", found, is_named=is_named)
    if not wanted:
        return table(context, "ticket.list", found)
    id = "ticket.mine" if wanted == {"whose": "mine"} else "ticket.filtered"
    return table(context, id, found, is_named=is_named)


async def _found(context: Context, wanted: Mapping[str, str], before: int | None) -> list[Ticket]:
    """One more than a page when there are more."""
    session, actor, limit = context.session, context.actor, MOST_LISTED + 1
    if _WORDS in wanted:
        return list(await search.find_tickets(session, actor, wanted[_WORDS], before_id=before, limit=limit))
    arguments = await _arguments(context, wanted)
    return list(await lists.list_tickets(session, actor, before_id=before, limit=limit, **arguments))


async def _arguments(context: Context, wanted: Mapping[str, str]) -> lists.Wanted:
    """What was said as the arguments of `list_tickets`. Raises NotFound for a colleague nobody knows."""
    arguments: lists.Wanted = {}
    if "status" in wanted:
        arguments["status"] = Status(wanted["status"])
    if "tag" in wanted:
        arguments["tag"] = wanted["tag"]
    if "queue" in wanted:
        arguments["queue"] = wanted["queue"]
    if "of" in wanted:
        arguments["assignee"] = (await find_agent(context.session, wanted["of"])).id
    if wanted.get("whose") == "mine" and context.actor.agent_id is not None:
        arguments["assignee"] = context.actor.agent_id
    if wanted.get("whose") == "nobody":
        arguments["is_free"] = True
    return arguments
