"""Deals: list, show, add."""

from __future__ import annotations

from typing import cast

from crm_core import references, rights
from crm_core.sales import deals
from crm_core.sales.deals import Deal
from intents.beside import and_who_else
from intents.cards.sales import deal_card
from intents.commands.contacts import the_contact
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import AmountArg, ContactArg, DealArg, TitleArg

MOST_LISTED = 15


@command(
    "deal.list",
    {
        "en": [
            "deals",
            "(list|show) [me] [all] [the] [open] deals",
            "[all] [the] open deals",
            "(which|what) deals (are open|do we have)",
        ],
        "de": [
            "Deals",
            "(zeige|zeig|zeigen sie|liste) [mir] [alle] [die] [offenen] (deals|aufträge|verkaufschancen)",
            "(offene|alle|die offenen|alle offenen) (deals|aufträge|verkaufschancen)",
            "welche (deals|verkaufschancen) sind offen",
        ],
    },
)
async def list_deals(context: Context) -> Reply:
    return listed_deals(
        context, "deal.list", list(await deals.list_deals(context.session, context.actor, limit=MOST_LISTED + 1))
    )


@command(
    "deal.mine",
    {
        "en": ["my deals", "(list|show) [me] [all] my [open] deals", "my open deals"],
        "de": [
            "meine Deals",
            "(zeige|zeig|zeigen sie) [mir] [alle] meine [offenen] (deals|verkaufschancen)",
            "meine [offenen] (deals|verkaufschancen|aufträge)",
        ],
    },
)
async def my_deals(context: Context) -> Reply:
    return listed_deals(
        context,
        "deal.mine",
        list(await deals.list_deals(context.session, context.actor, mine=True, limit=MOST_LISTED + 1)),
    )


@command(
    "deal.show",
    {
        "en": ["show deal {deal}", "(show|open) [me] [the] deal {deal}", "deal {deal}"],
        "de": ["zeige Deal {deal}", "(zeig|zeige|zeigen sie|öffne) [mir] [den] (deal|auftrag) {deal}", "deal {deal}"],
    },
)
async def show_deal(context: Context, deal: DealArg) -> Reply:
    rights.require(context.actor, "deal.read")
    return await about(context, "deal.shown", cast("Deal", await references.read(context.session, "deal", deal)))


@command(
    "deal.add",
    {
        "en": [
            "add deal {title} for {contact} {value}",
            "(add|new|create) [a] [new] deal [:] {title} (for|with) {contact} [worth|over|at|,] {value}",
            "(add|new|create) [a] [new] deal [:] {title} [worth|over|at|,] {value}",
            "(add|new|create) [a] [new] deal [:] {title}",
            "(add|new|create) [a] [new] deal",
        ],
        "de": [
            "neuer Deal {title} für {contact} {value}",
            "(neuer deal|deal anlegen|neue verkaufschance) [:] {title} (für|mit) {contact} [über|,] {value}",
            "(neuer deal|deal anlegen|neue verkaufschance) [:] {title} [über|,] {value}",
            "(neuer deal|deal anlegen|neue verkaufschance) [:] {title}",
            "(lege|legen sie) einen [neuen] deal an [:] {title} (für|mit) {contact} [über|,] {value}",
            "(lege|legen sie) einen [neuen] deal an [:] {title} [über|,] {value}",
            "[einen] [neuen] (neuer deal|deal anlegen|neue verkaufschance)",
        ],
    },
    changes=True,
)
async def add_deal(context: Context, title: TitleArg, value: AmountArg, contact: ContactArg | None = None) -> Reply:
    customer = await the_contact(context, contact) if contact else None
    deal = await deals.add_deal(
        context.session,
        context.actor,
        title=title,
        value=value,
        contact_id=customer.id if customer else None,
        now=context.now,
    )
    return await about(context, "deal.added", deal)


async def about(context: Context, id: str, deal: Deal, **more: str) -> Reply:
    parts = await deal_card(context, deal)
    return context.reply(id, *parts, shown=[deal.ref], ref=deal.ref, title=deal.title, value=deal.value, **more)


async def changed(context: Context, id: str, deal: Deal, **more: str) -> Reply:
    """As `about`, and who else is at it."""
    return await and_who_else(context, await about(context, id, deal, **more), deal)


def listed_deals(context: Context, id: str, found: list[Deal], *, with_age: bool = False) -> Reply:
    """`with_age` says for how long each has been in its stage."""
    if not found:
        return context.reply(f"{id}-none")
    if len(found) > MOST_LISTED:
        id, found = f"{id}-more", found[:MOST_LISTED]
    columns = [context.say(label) for label in ("card.deal", "card.title", "card.value")]
    rows = [[deal.ref, deal.title, context.shown_as(deal.value)] for deal in found]
    if with_age:
        columns.append(context.say("deal.age"))
        for row, deal in zip(rows, found, strict=True):
            row.append(context.say("deal.days", count=(context.now - deal.stage_since).days))
    listed = "; ".join(" ".join(row) for row in rows)
    choices = Choices([Choice(deal.ref, f"show deal {deal.ref}") for deal in found[:5]])
    return context.reply(
        id, Table(columns, rows), choices, shown=[deal.ref for deal in found], count=len(found), listed=listed
    )
