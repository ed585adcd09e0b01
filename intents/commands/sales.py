"""Deals: pipeline, list, show, add, move."""

from __future__ import annotations

from typing import cast

from crm_core import references, rights
from crm_core.money import Money
from crm_core.sales import deals, stages
from crm_core.sales.deals import Deal
from intents.cards.sales import deal_card
from intents.commands.contacts import the_contact
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import AmountArg, ContactArg, DealArg, StageArg, TitleArg

_MOST_LISTED = 15


@command(
    "deal.pipeline",
    {
        "en": [
            "pipeline",
            "[show] [me] [the] [sales] pipeline [summary]",
            "(how is|how does|how's) [the|our] [sales] pipeline [doing|look|looking]",
            "(how are sales|how are sales doing|how is business|forecast)",
            "(what is|what's|how much is) in [the|our] pipeline",
        ],
        "de": [
            "Pipeline",
            "(zeige|zeig|zeigen sie) [mir] [die|unsere] (pipeline|verkaufspipeline)",
            "[die|unsere] (verkaufspipeline|prognose)",
            "[die] pipeline (zeigen|anzeigen)",
            "wie (läuft|ist|steht|sieht) [die|unsere] pipeline [aus]",
            "(wie läuft|wie steht) (der verkauf|der vertrieb|das geschäft)",
            "(was|wie viel|wieviel) ist in der pipeline",
        ],
    },
)
async def pipeline(context: Context) -> Reply:
    sums = await deals.pipeline_summary(context.session, context.actor)
    columns = [context.say(id) for id in ("card.stage", "deal.count", "card.value", "deal.weighted")]
    rows = [
        [
            line.stage.shown(context.language),
            str(line.count),
            context.shown_as(line.value),
            context.shown_as(line.weighted),
        ]
        for line in sums
    ]
    stages_said = "; ".join(f"{row[0]}: {row[1]} ({row[2]})" for row in rows)
    return context.reply(
        "deal.pipeline",
        Table(columns, rows),
        count=sum(line.count for line in sums),
        total=_totals(context, [line.value for line in sums]),
        weighted=_totals(context, [line.weighted for line in sums]),
        listed=stages_said,
    )


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
    return _table(
        context, "deal.list", list(await deals.list_deals(context.session, context.actor, limit=_MOST_LISTED + 1))
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
    return _table(
        context,
        "deal.mine",
        list(await deals.list_deals(context.session, context.actor, mine=True, limit=_MOST_LISTED + 1)),
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
    return await _about(context, "deal.shown", cast("Deal", await references.read(context.session, "deal", deal)))


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
    return await _about(context, "deal.added", deal)


@command(
    "deal.move",
    {
        "en": [
            "move {deal} to {stage}",
            "(move|set|put) [deal] {deal} (to|into|in) [stage] {stage}",
            "{deal} (is|to|is in) {stage}",
            "mark {deal} as {stage}",
            "move [deal] {deal}",
            "move [a] deal",
        ],
        "de": [
            "{deal} nach {stage}",
            "(schiebe|verschiebe|setze|bewege) [deal] {deal} (nach|auf|in) [phase] {stage}",
            "(schieben sie|verschieben sie|setzen sie) [deal] {deal} (nach|auf|in) [phase] {stage}",
            "{deal} (auf|in|ist|ist in) {stage}",
            "{deal} (nach|auf|in) {stage} (verschieben|setzen)",
            "(schiebe|verschiebe|verschieben sie) [deal] {deal}",
            "[einen] deal verschieben",
        ],
    },
    changes=True,
)
async def move(context: Context, deal: DealArg, stage: StageArg) -> Reply:
    target = await stages.find_stage(context.session, stage)
    moved = await deals.move(context.session, context.actor, deal, target, context.now)
    return await _about(context, "deal.moved", moved, stage=target.shown(context.language))


async def _about(context: Context, id: str, deal: Deal, **more: str) -> Reply:
    parts = await deal_card(context, deal)
    return context.reply(id, *parts, shown=[deal.ref], ref=deal.ref, title=deal.title, value=deal.value, **more)


def _table(context: Context, id: str, found: list[Deal]) -> Reply:
    if not found:
        return context.reply(f"{id}-none")
    if len(found) > _MOST_LISTED:
        id, found = f"{id}-more", found[:_MOST_LISTED]
    columns = [context.say(label) for label in ("card.deal", "card.title", "card.value")]
    rows = [[deal.ref, deal.title, context.shown_as(deal.value)] for deal in found]
    listed = "; ".join(" ".join(row) for row in rows)
    choices = Choices([Choice(deal.ref, f"show deal {deal.ref}") for deal in found[:5]])
    return context.reply(
        id, Table(columns, rows), choices, shown=[deal.ref for deal in found], count=len(found), listed=listed
    )


def _totals(context: Context, values: list[Money]) -> str:
    """One sum a currency."""
    sums: dict[str, Money] = {}
    for value in values:
        sums[value.currency] = sums[value.currency] + value if value.currency in sums else value
    return " + ".join(context.shown_as(total) for total in sums.values())
