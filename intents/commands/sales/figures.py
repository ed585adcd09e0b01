"""What happened to deals: changes of the week, win rate, losses."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from crm_core.message import say
from crm_core.sales import figures
from crm_core.sales.figures import PERIOD, Happened
from crm_core.sales.moves import reason_shown
from intents.commands.sales.pipeline import totals
from intents.commands.sales.scope import scope
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import MineArg, WhoseArg


@command(
    "deal.changes",
    {
        "en": [
            "what changed this week",
            "(what|which deals) (changed|has changed|moved|happened) [in the pipeline|in sales] [this week]",
            "{mine} changes [in sales]",
            "what changed this week (for|at|with|in the team|in the branch) {whose}",
        ],
        "de": [
            "was hat sich diese Woche geändert",
            "was (hat sich|ist) [im verkauf|in der pipeline] [diese woche] (geändert|getan|bewegt|passiert)",
            "{mine} änderungen [im verkauf]",
            "was hat sich diese woche (bei|im team|in der niederlassung) {whose} (geändert|getan|bewegt)",
        ],
    },
)
async def show_changes(context: Context, mine: MineArg | None = None, whose: WhoseArg | None = None) -> Reply:
    meant = await scope(context, mine, whose)
    changed = await figures.changes(context.session, context.actor, _monday(context), meant.whose, meant.pipeline)
    lines = {
        "deal.change-added": changed.added,
        "deal.change-moved": changed.moved,
        "deal.change-won": changed.won,
        "deal.change-lost": changed.lost,
    }
    rows = [[context.say(label), str(line.count), totals(context, line.values)] for label, line in lines.items()]
    columns = [context.say(label) for label in ("deal.what", "deal.count", "card.value")]
    return context.reply("deal.changes", Table(columns, rows), listed=_listed(rows))


@command(
    "deal.win-rate",
    {
        "en": [
            "win rate",
            "[what is] [the|our] win rate [and velocity]",
            "[what is] {mine} win rate",
            "[the] win rate (of|for|of the team|of the branch) {whose}",
            "how (often|fast|quickly) do we (win|close) [deals]",
        ],
        "de": [
            "Abschlussquote",
            "[wie hoch ist|wie ist] [die|unsere] (abschlussquote|gewinnquote)",
            "[wie hoch ist|wie ist] {mine} (abschlussquote|gewinnquote)",
            "[die] abschlussquote (von|für|des teams|der niederlassung) {whose}",
            "wie (oft|schnell) (gewinnen|schließen) wir [deals] [ab]",
        ],
    },
)
async def show_win_rate(context: Context, mine: MineArg | None = None, whose: WhoseArg | None = None) -> Reply:
    meant = await scope(context, mine, whose)
    rate = await figures.win_rate(context.session, context.actor, context.now - PERIOD, meant.whose, meant.pipeline)
    if rate.percent is None:
        return context.reply("deal.win-rate-none", period=PERIOD.days)
    ended = rate.won + rate.lost
    if rate.days is None:
        return context.reply("deal.win-rate-zero", period=PERIOD.days, count=ended)
    took = say("deal.days", count=rate.days)
    return context.reply(
        "deal.win-rate", period=PERIOD.days, percent=rate.percent, won=rate.won, ended=ended, took=took
    )


@command(
    "deal.losses",
    {
        "en": [
            "top losses",
            "[the|our] [top] (losses|reasons for losses|loss reasons) [by reason]",
            "why do (we|i) lose [deals]",
            "{mine} [top] losses",
            "top losses (of|for|of the team|of the branch) {whose}",
        ],
        "de": [
            "Verlustgründe",
            "[die|unsere] [häufigsten] (verlustgründe|gründe für verluste)",
            "(warum|wieso|woran) verlieren wir [deals]",
            "{mine} verlustgründe",
            "verlustgründe (von|für|des teams|der niederlassung) {whose}",
        ],
    },
)
async def show_losses(context: Context, mine: MineArg | None = None, whose: WhoseArg | None = None) -> Reply:
    meant = await scope(context, mine, whose)
    found = await figures.losses(context.session, context.actor, context.now - PERIOD, meant.whose, meant.pipeline)
    if not found:
        return context.reply("deal.losses-none", period=PERIOD.days)
    rows = [[_reason(context, reason), str(line.count), totals(context, line.values)] for reason, line in found]
    columns = [context.say(label) for label in ("deal.reason", "deal.count", "card.value")]
    lost: list[Happened] = [line for _reason_, line in found]
    return context.reply(
        "deal.losses", Table(columns, rows), count=sum(line.count for line in lost), listed=_listed(rows)
    )


def _listed(rows: list[list[str]]) -> str:
    return "; ".join(f"{row[0]}: {row[1]} ({row[2]})" for row in rows)


def _monday(context: Context) -> datetime:
    today = context.now.astimezone(context.company.zone).date()
    return datetime.combine(today - timedelta(days=today.weekday()), time(), tzinfo=context.company.zone)


def _reason(context: Context, reason: str | None) -> str:
    """What somebody wrote freely may name a customer."""
    if reason is None:
        return context.say("deal.reason-none")
    if reason not in context.company.reasons.lost and context.ask.is_public:
        return context.say("deal.reason-other")
    return reason_shown(context.session, "lost", reason, context.language)
