"""Hours worked: write down, measure, correct; a week of them, and its approval."""

from __future__ import annotations

from datetime import date, timedelta

from crm_core.agents import Agent
from crm_core.errors import NotAllowed
from crm_core.projects import hours as worked
from crm_core.projects import stopwatch
from crm_core.projects.hours import Hours, HoursState
from intents.cards.projects import hours_card, length
from intents.colleagues import colleague
from intents.registry import Context, command
from intents.reply import Choice, Choices, Part, Reply, Table
from intents.slots import AgentArg, HoursArg, RecordArg, TextArg
from intents.spans import DurationArg, PastDayArg, WeekArg

_MOST_DRAFTS = 5


@command(
    "hours.log",
    {
        "en": [
            "log {duration} on {on} {work}",
            "(log|book|i worked) {duration} (on|for) {on} {day} [:|,] {work}",
            "(log|book|i worked) {duration} (on|for) {on} {day}",
            "(log|book|i worked) {duration} (on|for) {on} [:|,] {work}",
            "(log|book|i worked) {duration} (on|for) {on}",
        ],
        "de": [
            "{duration} auf {on} {work}",
            "(buche|buchen sie) {duration} (auf|für) {on} {day} [:|,] {work}",
            "[buche|buchen sie] {duration} (auf|für) {on} {day}",
            "[buche|buchen sie] {duration} (auf|für) {on} [:|,] {work}",
            "[buche|buchen sie] {duration} (auf|für) {on}",
        ],
    },
    changes=True,
)
async def log(
    context: Context, duration: DurationArg, on: RecordArg, work: TextArg = "", day: PastDayArg | None = None
) -> Reply:
    kind, record_id = on
    entry = await worked.log(
        context.session,
        context.actor,
        kind=kind,
        record_id=record_id,
        minutes=duration,
        note=work,
        day=day,
        now=context.now,
    )
    return _about(context, "hours.logged", entry)


@command(
    "hours.start",
    {
        "en": ["start {on}", "(start|clock|start the clock on|start work on|start working on) {on}"],
        "de": ["starte {on}", "(starten sie|uhr für|stoppuhr für) {on}", "{on} starten"],
    },
    changes=True,
)
async def start(context: Context, on: RecordArg) -> Reply:
    before = await stopwatch.start(context.session, context.actor, *on, context.now)
    watch = await stopwatch.running(context.session, context.actor.agent_id or 0)
    assert watch is not None, "it was just started"
    choices = Choices([Choice(context.say("button.stop"), "stop")])
    if before is not None:
        return context.reply(
            "hours.switched", choices, shown=[watch.on], ref=watch.on, before=before.on, length=length(before.minutes)
        )
    return context.reply("hours.started", choices, shown=[watch.on], ref=watch.on)


@command(
    "hours.stop",
    {
        "en": ["stop", "(stop the clock|clock out|stop working)", "stop : {work}"],
        "de": ["stopp", "(uhr anhalten|stoppuhr anhalten|halt)", "stopp : {work}"],
    },
    changes=True,
)
async def stop(context: Context, work: TextArg = "") -> Reply:
    return _about(context, "hours.logged", await stopwatch.stop(context.session, context.actor, context.now, work))


@command(
    "hours.keep",
    {"en": ["keep {hours}"], "de": ["{hours} behalten", "(behalte|behalten sie) {hours}"]},
    changes=True,
)
async def keep(context: Context, hours: HoursArg) -> Reply:
    return _about(context, "hours.logged", await worked.keep(context.session, context.actor, hours, context.now))


@command(
    "hours.drop",
    {
        "en": ["drop {hours}", "(drop|delete|remove) {hours}"],
        "de": ["{hours} verwerfen", "(verwirf|verwerfen sie|lösche|löschen sie) {hours}", "{hours} löschen"],
    },
    changes=True,
)
async def drop(context: Context, hours: HoursArg) -> Reply:
    gone = await worked.drop(context.session, context.actor, hours, context.now)
    return context.reply("hours.dropped", ref=gone.ref, on=gone.on, length=length(gone.minutes))


@command(
    "hours.correct",
    {
        "en": ["correct {hours} to {duration}", "{hours} is {duration}"],
        "de": ["{hours} sind {duration}", "(korrigiere|korrigieren sie) {hours} auf {duration}"],
    },
    changes=True,
)
async def correct(context: Context, hours: HoursArg, duration: DurationArg) -> Reply:
    entry = await worked.correct(context.session, context.actor, hours, duration, context.now)
    return _about(context, "hours.corrected", entry)


@command(
    "hours.billable",
    {
        "en": ["{hours} is billable", "(bill|charge) {hours}"],
        "de": ["{hours} abrechnen", "{hours} (ist|sind) abrechenbar"],
    },
    changes=True,
)
async def bill(context: Context, hours: HoursArg) -> Reply:
    entry = await worked.set_billable(context.session, context.actor, hours, True, context.now)
    return _about(context, "hours.now-billable", entry)


@command(
    "hours.not-billable",
    {
        "en": ["{hours} is not billable", "do not (bill|charge) {hours}"],
        "de": ["{hours} nicht abrechnen", "{hours} (ist|sind) nicht abrechenbar"],
    },
    changes=True,
)
async def do_not_bill(context: Context, hours: HoursArg) -> Reply:
    entry = await worked.set_billable(context.session, context.actor, hours, False, context.now)
    return _about(context, "hours.now-not-billable", entry)


@command(
    "hours.mine",
    {
        "en": ["my hours", "(my hours|my timesheet|timesheet) [of|in] {week}", "(my timesheet|timesheet)"],
        "de": ["meine Stunden", "(meine stunden|stundenzettel) [der|in] {week}", "[mein] stundenzettel"],
    },
)
async def mine(context: Context, week: WeekArg | None = None) -> Reply:
    if context.actor.agent_id is None:
        raise NotAllowed("rights.not-linked")
    return await _sheet(context, context.actor.agent_id, context.actor.name, week)


@command(
    "hours.of",
    {
        "en": ["hours of {agent} {week}", "(hours|timesheet) of {agent}"],
        "de": ["Stunden von {agent} {week}", "(stunden|stundenzettel) von {agent}"],
    },
)
async def of(context: Context, agent: AgentArg, week: WeekArg | None = None) -> Reply:
    chosen = await colleague(context, agent)
    return await _sheet(context, chosen.id, chosen.name, week)


@command(
    "hours.approve",
    {
        "en": ["approve hours of {agent} {week}", "approve [the] hours of {agent}"],
        "de": ["Stunden von {agent} {week} freigeben", "stunden von {agent} freigeben"],
    },
    changes=True,
)
async def approve(context: Context, agent: AgentArg, week: WeekArg | None = None) -> Reply:
    chosen, monday = await _whose_week(context, agent, week)
    minutes = await worked.approve(context.session, context.actor, chosen, monday, context.now)
    number = monday.isocalendar().week
    return context.reply("hours.approved", name=chosen.name, week=number, length=length(minutes))


@command(
    "hours.reopen",
    {
        "en": ["reopen hours of {agent} {week}", "reopen [the] hours of {agent}"],
        "de": ["Stunden von {agent} {week} wieder öffnen", "stunden von {agent} wieder öffnen"],
    },
    changes=True,
)
async def reopen(context: Context, agent: AgentArg, week: WeekArg | None = None) -> Reply:
    chosen, monday = await _whose_week(context, agent, week)
    count = await worked.reopen(context.session, context.actor, chosen, monday, context.now)
    return context.reply("hours.reopened", name=chosen.name, week=monday.isocalendar().week, count=count)


async def _sheet(context: Context, agent_id: int, name: str, week: date | None) -> Reply:
    monday = week or _this_monday(context)
    entries = list(await worked.of_week(context.session, context.actor, agent_id, monday))
    number = monday.isocalendar().week
    if not entries:
        return context.reply("hours.none", name=name, week=number)
    counted = sum(entry.minutes for entry in entries if entry.state != HoursState.DRAFT)
    rows = [
        [
            entry.ref,
            context.shown_as(entry.day),
            entry.on,
            length(entry.minutes),
            context.say(f"hours.state-{entry.state}"),
            "" if context.ask.is_public else entry.note,
        ]
        for entry in entries
    ]
    ids = ("card.entry", "card.when", "card.on", "card.duration", "card.state", "card.note")
    parts: list[Part] = [Table([context.say(label) for label in ids], rows)]
    drafts = [entry for entry in entries if entry.state == HoursState.DRAFT and agent_id == context.actor.agent_id]
    if drafts:
        parts.append(Choices([_keeping(context, draft) for draft in drafts[:_MOST_DRAFTS]]))
    listed = "; ".join(" ".join(cell for cell in row[:5] if cell) for row in rows)
    shown = [entry.ref for entry in entries]
    return context.reply(
        "hours.week", *parts, shown=shown, name=name, week=number, length=length(counted), listed=listed
    )


def _keeping(context: Context, draft: Hours) -> Choice:
    label = f"{context.say('button.keep')} {draft.ref}"
    return Choice(label, f"keep {draft.ref}", record=draft.ref, version=draft.version)


async def _whose_week(context: Context, agent: str, week: date | None) -> tuple[Agent, date]:
    """Last week, which is over, unless one is named."""
    return await colleague(context, agent), week or _this_monday(context) - timedelta(days=7)


def _this_monday(context: Context) -> date:
    today = context.heard.now.date()
    return today - timedelta(days=today.weekday())


def _about(context: Context, id: str, entry: Hours) -> Reply:
    parts = hours_card(context, entry)
    return context.reply(id, *parts, shown=[entry.ref], ref=entry.ref, on=entry.on, length=length(entry.minutes))
