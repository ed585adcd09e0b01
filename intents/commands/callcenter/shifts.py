"""Shifts: who works when, and what a lead changes of it for a day."""

from __future__ import annotations

from datetime import date, datetime, time

from crm_core.callcenter import shift_changes, shifts
from crm_core.callcenter.shifts import Rota
from crm_core.message import say
from intents.colleagues import colleague
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import AgentArg, ClockArg, DueArg


@command(
    "shift.list",
    {
        "en": [
            "shifts {due}",
            "(shifts|the shifts|shift plan|the shift plan|rota|roster) (for|on|of) {due}",
            "(who works|who is working|who's working) {due}",
            "(shifts|shift plan|rota|roster)",
        ],
        "de": [
            "Schichten {due}",
            "(schichten|die schichten|schichtplan|der schichtplan|dienstplan) (für|am|von) {due}",
            "wer arbeitet {due}",
            "(schichten|schichtplan|dienstplan)",
        ],
    },
)
async def show(context: Context, due: DueArg | None = None) -> Reply:
    day = _day(context, due)
    found = await shifts.on_day(context.session, context.actor, day)
    if not found:
        return context.reply("shift.none", day=day)
    rows = [[one.agent.name, _times(context, one), _breaks(context, one), _note(context, one, day)] for one in found]
    columns = [context.say(label) for label in ("card.name", "shift.shift", "shift.break", "shift.note")]
    listed = "; ".join(f"{row[0]} {row[1]}" for row in rows)
    count = sum(bool(one.plan) for one in found)
    return context.reply("shift.list", Table(columns, rows), day=day, count=count, listed=listed)


@command(
    "shift.change",
    {
        "en": [
            "{agent} works {start} to {end} {due}",
            "{agent} works [from] {start} (to|until|till) {end} [on] {due}",
            "{agent} works {due} [from] {start} (to|until|till) {end}",
            "{agent} works [from] {start} (to|until|till) {end}",
        ],
        "de": [
            "{agent} arbeitet {due} von {start} bis {end}",
            "{agent} arbeitet [von] {start} bis {end} [am] {due}",
            "{agent} arbeitet {due} {start} bis {end}",
            "{agent} arbeitet [von] {start} bis {end}",
        ],
    },
    changes=True,
)
async def change(context: Context, agent: AgentArg, start: ClockArg, end: ClockArg, due: DueArg | None = None) -> Reply:
    return await _change(context, agent, due, f"{start:%H:%M}-{_until(_evening(start, end))}")


@command(
    "shift.off",
    {
        "en": ["{agent} is off {due}", "{agent} has {due} off", "{agent} (does not work|doesn't work) [on] {due}"],
        "de": ["{agent} hat {due} frei", "{agent} arbeitet {due} nicht"],
    },
    changes=True,
)
async def day_off(context: Context, agent: AgentArg, due: DueArg) -> Reply:
    return await _change(context, agent, due, "")


@command(
    "shift.as-planned",
    {
        "en": ["{agent} works as planned {due}", "{agent} works [on] {due} as planned"],
        "de": ["{agent} arbeitet {due} nach Plan", "{agent} arbeitet {due} wie geplant"],
    },
    changes=True,
)
async def as_planned(context: Context, agent: AgentArg, due: DueArg) -> Reply:
    chosen, day = await colleague(context, agent), _day(context, due)
    await shift_changes.take_back(context.session, context.actor, chosen.id, day, context.now)
    return await _shown(context, chosen.id, chosen.name, day)


async def _change(context: Context, agent: str, due: datetime | None, hours: str) -> Reply:
    chosen, day = await colleague(context, agent), _day(context, due)
    await shift_changes.change(context.session, context.actor, chosen.id, day, hours, context.now)
    return await _shown(context, chosen.id, chosen.name, day)


async def _shown(context: Context, agent_id: int, name: str, day: date) -> Reply:
    found = await shifts.on_day(context.session, context.actor, day)
    one = next((one for one in found if one.agent.id == agent_id and one.plan), None)
    if one is None:
        return context.reply("shift.off", name=name, day=day)
    return context.reply("shift.changed", name=name, day=day, hours=_times(context, one))


def _day(context: Context, due: datetime | None) -> date:
    return (due or context.now).astimezone(context.company.zone).date()


def _evening(start: time, end: time) -> time:
    """`nine to five` is a day, not a night."""
    is_meant = time() < end <= start < time(12) and end < time(12)
    return end.replace(hour=end.hour + 12) if is_meant else end


def _until(end: time) -> str:
    """To midnight is to the end of the day."""
    return f"{end:%H:%M}" if end != time() else "24:00"


def _times(context: Context, one: Rota) -> str:
    """From begin to end, whatever breaks there are; two shifts on one day are two."""
    begins = [stretch.begin for stretch in one.plan if stretch.begin == stretch.shift_began]
    ends = [max(stretch.end for stretch in one.plan if stretch.shift_began == begin) for begin in begins]
    return ", ".join(_span(context, *span) for span in zip(begins, ends, strict=True)) or "–"


def _breaks(context: Context, one: Rota) -> str:
    breaks = [stretch for stretch in one.plan if stretch.presence == "away"]
    return ", ".join(_span(context, stretch.begin, stretch.end) for stretch in breaks) or "–"


def _note(context: Context, one: Rota, day: date) -> str:
    if day not in one.changed:
        return "–"
    return context.shown_as(say("shift.is-changed" if one.plan else "shift.is-off"))


def _span(context: Context, begin: datetime, end: datetime) -> str:
    zone = context.company.zone
    return f"{begin.astimezone(zone):%H:%M}–{end.astimezone(zone):%H:%M}"
