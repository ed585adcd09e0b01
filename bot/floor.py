"""The floor drawn for a terminal: what a lead wants to see from across the room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rich import box
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table as Grid
from rich.text import Text

from bot.terminal import plain
from crm_core import phones
from crm_core.agents import Presence
from crm_core.callcenter import callers
from crm_core.callcenter.calls import Call
from crm_core.callcenter.floor import AgentLine, Floor, QueueLine
from crm_core.callcenter.queues import rule_of
from crm_core.callcenter.service import Served
from crm_core.references import ref
from intents.cards.floor import emergency_in_words, percent, service_level
from intents.colleagues import reason_of, state_of
from intents.registry import Context

GOOD, BAD, WARN, QUIET = "green", "bold red", "yellow", "dim"
_COLOURS = {
    Presence.AVAILABLE: GOOD,
    Presence.RESERVED: "magenta",
    Presence.RINGING: "magenta",
    Presence.ON_CALL: "cyan",
    Presence.WRAP_UP: "blue",
    Presence.AWAY: WARN,
    Presence.OFFLINE: QUIET,
}


async def drawn(context: Context, seen: Floor) -> RenderableType:
    parts: list[RenderableType] = [_head(context)]
    emergency = emergency_in_words(context, seen)
    if emergency is not None:
        parts.append(
            Panel(plain(context.shown_as(emergency), BAD), border_style=BAD, title=context.say("floor.emergency"))
        )
    parts += [_figures(context, seen), _queues(context, seen)]
    if seen.agents:
        parts.append(_agents(context, seen))
    if seen.missed:
        parts.append(await _missed(context, seen.missed))
    return Group(*parts)


def _head(context: Context) -> RenderableType:
    is_open = context.company.is_open(context.now)
    state = Text(context.say("floor.open" if is_open else "floor.closed"), style=GOOD if is_open else QUIET)
    title = Text.assemble((context.company.name, "bold"), "  ", context.shown_as(context.now), "  ", state)
    return Rule(title, style="dim", align="left", characters="─")


def _figures(context: Context, seen: Floor) -> RenderableType:
    """The numbers that are read first, side by side."""
    served = seen.served
    waits = _waited(context, seen.longest)
    shown = [
        ("floor.waiting", str(seen.waiting), waits, _heat(context, seen.longest) if seen.waiting else GOOD),
        ("floor.free", str(seen.count(Presence.AVAILABLE)), "", GOOD if seen.count(Presence.AVAILABLE) else WARN),
        ("floor.service-level", service_level(context, served) or "–", "", _judged(context, served)),
        ("floor.served", f"{served.answered} / {served.abandoned}", percent(served.abandonment) or "", "default"),
        ("floor.speed", _span(served.speed_of_answer), "", "default"),
        ("floor.missed", str(len(seen.missed)), "", WARN if seen.missed else GOOD),
    ]
    return Columns([_figure(context, *one) for one in shown], padding=(0, 1), equal=True)


def _figure(context: Context, label: str, value: str, beside: str, colour: str) -> RenderableType:
    text = Text.assemble((value, f"bold {colour}"), "  " if beside else "", (beside, QUIET))
    title = Text(context.say(label), style=QUIET)
    return Panel(text, title=title, title_align="left", border_style="dim", padding=(0, 1), box=box.ROUNDED)


def _queues(context: Context, seen: Floor) -> RenderableType:
    grid = _grid(
        context, "card.queue", "floor.waiting", "floor.wait", "floor.free", "floor.answered", "floor.abandonment"
    )
    grid.add_column(context.say("floor.service-level"), justify="right")
    for column in grid.columns[1:]:
        column.justify = "right"
    for line in seen.queues:
        grid.add_row(*_queue(context, line))
    return grid


def _queue(context: Context, line: QueueLine) -> Sequence[RenderableType]:
    heat = _heat(context, line.longest) if line.waiting else QUIET
    waiting = Text(str(line.waiting), style=heat)
    if line.callbacks:
        waiting.append(f" +{line.callbacks}", style=QUIET)
    served = line.served
    return [
        plain(rule_of(context.session, line.key).shown(context.language), "bold"),
        waiting,
        Text(_waited(context, line.longest) or "–", style=heat),
        Text(str(line.free), style=GOOD if line.free else QUIET),
        Text(str(served.answered) if served is not None else "–"),
        Text(str(served.abandoned) if served is not None else "–"),
        Text((percent(served.service_level) if served else None) or "–", style=_judged(context, served)),
    ]


def _agents(context: Context, seen: Floor) -> RenderableType:
    """Who has been what for how long; the free ones first, then who is busy longest."""
    grid = _grid(context, "card.agent", "card.state", "floor.for", "agent.reason", "card.call")
    grid.columns[2].justify, grid.columns[3].no_wrap = "right", False
    has_figures = any(line.taken is not None for line in seen.agents)
    if has_figures:
        grid.add_column(context.say("floor.calls"), justify="right")
    order = list(_COLOURS)
    for line in sorted(
        seen.agents, key=lambda one: (order.index(Presence(one.agent.presence)), one.agent.presence_since)
    ):
        cells = _agent(context, line)
        grid.add_row(*cells, *([Text("–" if line.taken is None else str(line.taken))] if has_figures else []))
    return grid


def _agent(context: Context, line: AgentLine) -> Sequence[RenderableType]:
    colour = _COLOURS[Presence(line.agent.presence)]
    return [
        plain(line.agent.name, "bold"),
        Text.assemble(("● ", colour), (state_of(context, line.agent), colour)),
        Text(_length(context.now - line.agent.presence_since), style=QUIET),
        plain(reason_of(context, line.agent), QUIET),
        Text(ref("call", line.call_id) if line.call_id is not None else "", style="cyan"),
    ]


async def _missed(context: Context, missed: Sequence[Call]) -> RenderableType:
    grid = _grid(context, "floor.missed-call", "card.name", "card.when")
    for call in missed:
        caller = await callers.caller_of(context.session, call)
        number = phones.shown(caller.number or "")
        name = f"{caller.name} ({number})" if caller.name is not None else number
        grid.add_row(Text(call.ref, style=WARN), plain(name), Text(context.shown_as(call.started_at), style=QUIET))
    return grid


def _grid(context: Context, *labels: str) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, header_style=QUIET, border_style="dim", padding=(0, 1, 0, 0), pad_edge=False)
    for label in labels:
        grid.add_column(context.say(label), no_wrap=True)
    return grid


def _heat(context: Context, since: datetime | None) -> str:
    """Calm as long as a caller may still be answered in time."""
    aim = context.company.callcenter.service_level.within
    return BAD if since is not None and context.now - since > aim else WARN


def _judged(context: Context, served: Served | None) -> str:
    level = served.service_level if served is not None else None
    if level is None:
        return QUIET
    return GOOD if level * 100 >= context.company.callcenter.service_level.percent else BAD


def _waited(context: Context, since: datetime | None) -> str:
    return _length(context.now - since) if since is not None else ""


def _length(span: timedelta) -> str:
    """`0:42`, `12:05`, `3:20:00`."""
    minutes, seconds = divmod(max(0, int(span.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _span(seconds: float | None) -> str:
    return _length(timedelta(seconds=round(seconds))) if seconds is not None else "–"
