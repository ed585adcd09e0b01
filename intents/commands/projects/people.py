"""Who is away and who stands in, who hands work over, who leaves."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from crm_core import absences, agenda, handover, leaving
from crm_core.absences import Reason
from crm_core.agents import Agent
from crm_core.message import Message, say
from intents.colleagues import colleague
from intents.registry import Context, command
from intents.reply import Choice, Choices, Part, Reply, Table
from intents.slots import AgentArg, DueArg
from intents.spans import DaysArg

_SICK = "(is sick|is ill|am sick|am ill|is off sick)"
_SICK_DE = "(ist krank|bin krank|fällt aus)"
_AWAY = "(is on holiday|am on holiday|is on vacation|am on vacation|is on leave|am on leave)"
_AWAY_DE = "(ist im urlaub|bin im urlaub|hat urlaub|habe urlaub)"


@command(
    "absence.sick",
    {
        "en": [
            "{agent} is sick today",
            f"{{agent}} {_SICK} [today|until|till] {{due}} , {{substitute}} (stands in|covers|takes over)",
            f"{{agent}} {_SICK} [today] , {{substitute}} (stands in|covers|takes over)",
            f"{{agent}} {_SICK} (until|till) {{due}}",
            f"{{agent}} {_SICK} [today]",
        ],
        "de": [
            "{agent} ist heute krank",
            f"{{agent}} {_SICK_DE} bis {{due}} , {{substitute}} (vertritt|übernimmt|springt ein)",
            f"{{agent}} {_SICK_DE} [heute] , {{substitute}} (vertritt|übernimmt|springt ein)",
            f"{{agent}} {_SICK_DE} bis {{due}}",
            f"{{agent}} {_SICK_DE} [heute]",
            "{agent} ist heute krank , {substitute} (vertritt|übernimmt|springt ein)",
        ],
    },
    changes=True,
)
async def sick(
    context: Context, agent: AgentArg, due: DueArg | None = None, substitute: AgentArg | None = None
) -> Reply:
    return await _report(context, Reason.SICK, agent, due, substitute)


@command(
    "absence.holiday",
    {
        "en": [
            "{agent} is on holiday until {due}",
            f"{{agent}} {_AWAY} (until|till) {{due}} , {{substitute}} (stands in|covers|takes over)",
            f"{{agent}} {_AWAY} from {{days}} , {{substitute}} (stands in|covers|takes over)",
            f"{{agent}} {_AWAY} from {{days}}",
            f"{{agent}} {_AWAY} (until|till) {{due}}",
        ],
        "de": [
            "{agent} ist im Urlaub bis {due}",
            f"{{agent}} {_AWAY_DE} bis {{due}} , {{substitute}} (vertritt|übernimmt|springt ein)",
            f"{{agent}} {_AWAY_DE} (vom|von) {{days}} , {{substitute}} (vertritt|übernimmt|springt ein)",
            f"{{agent}} {_AWAY_DE} (vom|von) {{days}}",
            "{agent} (ist|bin) (vom|von) {days} im urlaub , {substitute} (vertritt|übernimmt|springt ein)",
            "{agent} (ist|bin) (vom|von) {days} im urlaub",
            "{agent} (hat|habe) (vom|von) {days} urlaub",
            f"{{agent}} {_AWAY_DE} bis {{due}}",
        ],
    },
    changes=True,
)
async def holiday(
    context: Context,
    agent: AgentArg,
    due: DueArg | None = None,
    days: DaysArg | None = None,
    substitute: AgentArg | None = None,
) -> Reply:
    return await _report(context, Reason.HOLIDAY, agent, due, substitute, days)


@command(
    "absence.end",
    {
        "en": ["{agent} is back", "{agent} (is well again|is back again|am back from holiday)"],
        "de": ["{agent} ist zurück", "{agent} ist (wieder da|wieder gesund|wieder zurück)"],
    },
    changes=True,
)
async def back(context: Context, agent: AgentArg) -> Reply:
    chosen = await colleague(context, agent)
    await absences.end(context.session, context.actor, chosen, context.now)
    return context.reply("absence.ended", name=chosen.name)


@command(
    "absence.list",
    {
        "en": ["who is away", "(who's away|who is sick|who is on holiday|absences)"],
        "de": ["wer ist abwesend", "(wer ist krank|wer ist im urlaub|wer hat urlaub|abwesenheiten)"],
    },
)
async def who_is_away(context: Context) -> Reply:
    found = await absences.list_current(context.session, context.actor, context.now)
    if not found:
        return context.reply("absence.nobody")
    names = {agent.id: agent.name for agent in await _substitutes(context)}
    rows = [
        [
            agent.name,
            context.say(f"absence.{absence.reason}"),
            context.shown_as(absence.first_day),
            context.shown_as(absence.last_day),
            names.get(absence.substitute_id or 0, "–"),
        ]
        for absence, agent in found
    ]
    ids = ("card.name", "card.state", "absence.from", "absence.until", "absence.substitute")
    listed = "; ".join(" ".join([row[0], row[1], "→", row[3]]) for row in rows)
    return context.reply("absence.list", Table([context.say(id) for id in ids], rows), count=len(rows), listed=listed)


@command(
    "work.hand-over",
    {
        "en": [
            "hand today's work of {agent} to {receiver}",
            "(hand|pass) today's work of {agent} (over to|on to) {receiver}",
        ],
        "de": [
            "heutige Arbeit von {agent} an {receiver}",
            "(gib|geben sie) die heutige arbeit von {agent} an {receiver}",
        ],
    },
    changes=True,
)
async def hand_over(context: Context, agent: AgentArg, receiver: AgentArg) -> Reply:
    giver, taker = await colleague(context, agent), await colleague(context, receiver)
    today = await agenda.of_today(context.session, giver.id, context.now)
    only = {(entry.kind, entry.record_id) for entry in today}
    count = await handover.hand_over(context.session, context.actor, giver, taker, context.now, only=only)
    return context.reply("work.handed-over", count=count, name=taker.name)


@command(
    "agent.leave",
    {
        "en": [
            "{agent} leaves the company , {receiver} takes over",
            "{agent} has left [the company] , {receiver} takes over",
        ],
        "de": [
            "{agent} verlässt die Firma , {receiver} übernimmt",
            "{agent} hat die firma verlassen , {receiver} übernimmt",
        ],
    },
    changes=True,
)
async def leave(context: Context, agent: AgentArg, receiver: AgentArg) -> Reply:
    leaver, heir = await colleague(context, agent), await colleague(context, receiver)
    count = await leaving.leave(context.session, context.actor, leaver, heir, context.now)
    return context.reply("agent.left", name=leaver.name, heir=heir.name, count=count)


async def _report(
    context: Context,
    reason: Reason,
    agent: str,
    due: datetime | None,
    substitute: str | None,
    days: tuple[date, date] | None = None,
) -> Reply:
    """From today until today unless other days are named; what they had to do today is offered to be handed over."""
    chosen = await colleague(context, agent)
    stand_in = await colleague(context, substitute) if substitute is not None else None
    today = context.heard.now.date()
    first_day, last_day = days or (today, due.astimezone(context.company.zone).date() if due is not None else today)
    await absences.report(
        context.session,
        context.actor,
        chosen,
        reason=reason,
        first_day=first_day,
        last_day=last_day,
        substitute=stand_in,
        now=context.now,
    )
    reported, span = say(f"absence.{reason}"), _span(today, first_day, last_day)
    if stand_in is None:
        return context.reply("absence.reported", name=chosen.name, reason=reported, span=span)
    parts = await _offer(context, chosen, stand_in) if first_day <= today else []
    return context.reply(
        "absence.reported-with", *parts, name=chosen.name, reason=reported, span=span, substitute=stand_in.name
    )


def _span(today: date, first_day: date, last_day: date) -> Message:
    if first_day > today:
        return say("absence.from-until", first=first_day, until=last_day)
    return say("absence.until-day", until=last_day if last_day > today else say("absence.today"))


async def _offer(context: Context, absent: Agent, stand_in: Agent) -> list[Part]:
    waiting = await agenda.of_today(context.session, absent.id, context.now)
    if not waiting:
        return []
    label = context.say("absence.hand-over", count=len(waiting))
    return [Choices([Choice(label, f"hand today's work of {absent.name} to {stand_in.name}")])]


async def _substitutes(context: Context) -> list[Agent]:
    return list(await context.session.scalars(select(Agent)))
