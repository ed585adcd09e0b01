"""What is in the pipeline and what may come of it: pipeline, forecast, rotten deals."""

from __future__ import annotations

from babel.dates import format_skeleton

from crm_core.money import Money
from crm_core.sales import figures, pipeline
from crm_core.sales.figures import Expected
from intents.commands.sales.deals import MOST_LISTED, listed_deals
from intents.commands.sales.scope import scope
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import MineArg, WhoseArg


@command(
    "deal.pipeline",
    {
        "en": [
            "pipeline",
            "[show] [me] [the] [sales] pipeline [summary]",
            "(how is|how does|how's) [the|our] [sales] pipeline [doing|look|looking]",
            "(how are sales|how are sales doing|how is business)",
            "(what is|what's|how much is) in [the|our] pipeline",
            "[show] [me] {mine} pipeline",
            "[show] [me] [the] pipeline (of|for|of the team|for the team|of the branch) {whose}",
            "pipeline {whose}",
        ],
        "de": [
            "Pipeline",
            "(zeige|zeig|zeigen sie) [mir] [die|unsere] (pipeline|verkaufspipeline)",
            "[die|unsere] verkaufspipeline",
            "[die] pipeline (zeigen|anzeigen)",
            "wie (läuft|ist|steht|sieht) [die|unsere] pipeline [aus]",
            "(wie läuft|wie steht) (der verkauf|der vertrieb|das geschäft)",
            "(was|wie viel|wieviel) ist in der pipeline",
            "[zeige|zeig|zeigen sie] [mir] {mine} pipeline",
            "[die] pipeline (von|für|des teams|der niederlassung) {whose}",
        ],
    },
)
async def show_pipeline(context: Context, mine: MineArg | None = None, whose: WhoseArg | None = None) -> Reply:
    meant = await scope(context, mine, whose)
    sums = await pipeline.pipeline_summary(context.session, context.actor, meant.whose, meant.pipeline)
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
    return context.reply(
        "deal.pipeline" if meant.name is None else "deal.pipeline-of",
        Table(columns, rows),
        count=sum(line.count for line in sums),
        name=meant.name,
        total=totals(context, [line.value for line in sums]),
        weighted=totals(context, [line.weighted for line in sums]),
        listed="; ".join(f"{row[0]}: {row[1]} ({row[2]})" for row in rows),
    )


@command(
    "deal.forecast",
    {
        "en": [
            "forecast",
            "[show] [me] [the|our] [sales] forecast [by month]",
            "[show] [me] {mine} [sales] forecast",
            "[show] [me] [the] [sales] forecast (of|for|of the team|for the team) {whose}",
            "what (will|do) we (close|expect) [by month]",
        ],
        "de": [
            "Prognose",
            "[zeige|zeig|zeigen sie] [mir] [die|unsere] (prognose|umsatzprognose|verkaufsprognose) [nach monaten]",
            "[zeige|zeig|zeigen sie] [mir] {mine} (prognose|umsatzprognose)",
            "[die] prognose (von|für|des teams|der niederlassung) {whose}",
            "was (schließen|erwarten) wir [ab]",
        ],
    },
)
async def show_forecast(context: Context, mine: MineArg | None = None, whose: WhoseArg | None = None) -> Reply:
    meant = await scope(context, mine, whose)
    today = context.now.astimezone(context.company.zone).date()
    lines = await figures.forecast(context.session, context.actor, today, meant.whose, meant.pipeline)
    if not lines:
        return context.reply("deal.forecast-none")
    columns = [context.say(id) for id in ("deal.month", "deal.count", "card.value", "deal.weighted")]
    rows = [
        [_month(context, line), str(line.count), context.shown_as(line.value), context.shown_as(line.weighted)]
        for line in lines
    ]
    return context.reply(
        "deal.forecast" if meant.name is None else "deal.forecast-of",
        Table(columns, rows),
        name=meant.name,
        weighted=totals(context, [line.weighted for line in lines]),
        listed="; ".join(f"{row[0]}: {row[3]} ({row[1]})" for row in rows),
    )


@command(
    "deal.rotten",
    {
        "en": [
            "rotten deals",
            "[list|show] [me] [all] [the|our] (rotten|stale|stuck) deals",
            "[list|show] [me] {mine} (rotten|stale|stuck) deals",
            "[list|show] [me] [the] (rotten|stale|stuck) deals (of|for) {whose}",
            "(which|what) deals are (rotten|stale|stuck)",
        ],
        "de": [
            "liegengebliebene Deals",
            "[zeige|zeig|zeigen sie] [mir] [alle] [die] (liegengebliebenen|festgefahrenen|überfälligen) deals",
            "[zeige|zeig|zeigen sie] [mir] {mine} (liegengebliebenen|festgefahrenen|überfälligen) deals",
            "liegengebliebene deals (von|für) {whose}",
            "welche deals (sind liegengeblieben|stecken fest)",
        ],
    },
)
async def show_rotten(context: Context, mine: MineArg | None = None, whose: WhoseArg | None = None) -> Reply:
    meant = await scope(context, mine, whose)
    found = await figures.rotten_deals(
        context.session, context.actor, context.now, meant.whose, meant.pipeline, limit=MOST_LISTED + 1
    )
    return listed_deals(context, "deal.rotten", list(found), with_age=True)


def totals(context: Context, values: list[Money]) -> str:
    """One sum a currency."""
    sums: dict[str, Money] = {}
    for value in values:
        sums[value.currency] = sums[value.currency] + value if value.currency in sums else value
    return " + ".join(context.shown_as(total) for total in sums.values()) or context.shown_as(
        Money(0, context.company.currency)
    )


def _month(context: Context, line: Expected) -> str:
    if line.month is None:
        return context.say("deal.overdue" if line.is_overdue else "deal.undated")
    return str(format_skeleton("yMMMM", line.month, locale=context.language))
