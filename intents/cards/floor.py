"""The card of the floor: who waits, who is there, how callers were served today, whom nobody has called back."""

from __future__ import annotations

from crm_core import phones, references
from crm_core.agents import BUSY, Presence
from crm_core.callcenter import callers, floor
from crm_core.callcenter.floor import AgentLine, Floor, QueueLine
from crm_core.callcenter.queues import rule_of
from crm_core.callcenter.service import Served
from crm_core.message import Param, say
from intents.cards.layout import Pair, fields, row
from intents.colleagues import reason_of, state_of
from intents.registry import Context
from intents.reply import Choice, Part, Table

MOST_TO_CALL_BACK = 5


async def floor_card(context: Context, seen: Floor) -> list[Part]:
    parts: list[Part] = [_at_a_glance(context, seen)]
    parts.append(_queues(context, seen))
    if seen.agents:
        parts.append(_agents(context, seen))
    return [*parts, *await _missed(context, seen)]


async def drawn_floor(context: Context) -> list[Part]:
    return await floor_card(context, await floor.look(context.session, context.actor, context.now))


def _at_a_glance(context: Context, seen: Floor) -> Part:
    pairs: list[Pair] = [
        ("floor.emergency", emergency_in_words(context, seen)),
        ("floor.waiting", _waiting(context, seen.waiting, seen)),
        ("floor.agents", agents_in_words(context, seen)),
        ("floor.in-menu", seen.states.get("ivr") or None),
        ("floor.served", f"{seen.served.answered} / {seen.served.abandoned}"),
        ("floor.service-level", service_level(context, seen.served)),
        ("floor.speed", seconds(context, seen.served.speed_of_answer)),
        ("floor.abandonment", percent(seen.served.abandonment)),
        ("floor.missed", len(seen.missed) or None),
    ]
    return fields(context, context.say("floor.title"), pairs)


def _queues(context: Context, seen: Floor) -> Table:
    labels = ("card.queue", "floor.waiting", "floor.longest", "floor.free", "floor.served", "floor.service-level")
    return Table([context.say(label) for label in labels], [_queue(context, line) for line in seen.queues])


def _queue(context: Context, line: QueueLine) -> list[str]:
    waiting = str(line.waiting)
    if line.callbacks:
        waiting = context.say("floor.and-callbacks", waiting=waiting, count=line.callbacks)
    served = line.served
    return [
        rule_of(context.session, line.key).shown(context.language),
        waiting,
        clock(context, line),
        str(line.free),
        f"{served.answered} / {served.abandoned}" if served is not None else "–",
        service_level(context, served) or "–" if served is not None else "–",
    ]


def _agents(context: Context, seen: Floor) -> Table:
    """Their calls only where they may be seen of anybody."""
    labels = ["card.agent", "card.state", "card.since", "agent.reason"]
    rows = [_agent(context, line) for line in seen.agents]
    if any(line.taken is not None for line in seen.agents):
        labels.append("floor.calls")
        for row_, line in zip(rows, seen.agents, strict=True):
            row_.append("–" if line.taken is None else str(line.taken))
    return Table([context.say(label) for label in labels], rows)


def _agent(context: Context, line: AgentLine) -> list[str]:
    state = state_of(context, line.agent)
    if line.call_id is not None and line.agent.presence in BUSY:
        state = f"{state} ({references.ref('call', line.call_id)})"
    since = line.agent.presence_since.astimezone(context.company.zone)
    return [line.agent.name, state, f"{since:%H:%M}", reason_of(context, line.agent) or "–"]


async def _missed(context: Context, seen: Floor) -> list[Part]:
    """With a button each for the newest: one click calls back."""
    rows, choices = [], []
    for call in seen.missed:
        caller = callers.Caller() if context.ask.is_public else await callers.caller_of(context.session, call)
        name = caller.name or (phones.shown(caller.number) if caller.number else context.say("call.unknown-caller"))
        rows.append([call.ref, name, context.shown_as(call.started_at)])
        choices.append(Choice(context.say("button.call-back-ref", ref=call.ref), f"call back {call.ref}"))
    if not rows:
        return []
    table = Table([context.say(label) for label in ("floor.missed-call", "card.name", "card.when")], rows)
    return [table, *row(choices[:MOST_TO_CALL_BACK])]


def agents_in_words(context: Context, seen: Floor) -> str:
    busy = sum(seen.count(presence) for presence in BUSY)
    counts = {
        "floor.available": seen.count(Presence.AVAILABLE),
        "floor.busy": busy,
        "floor.away": seen.count(Presence.AWAY),
        "floor.offline": seen.offline,
    }
    return ", ".join(context.say(id, count=count) for id, count in counts.items() if count or id == "floor.available")


def emergency_in_words(context: Context, seen: Floor) -> Param:
    if seen.emergency is None:
        return None
    text = seen.emergency.texts.get(context.language) or next(iter(seen.emergency.texts.values()))
    return say("floor.emergency-until", text=text, until=seen.emergency.until)


def service_level(context: Context, served: Served) -> str | None:
    """With what is aimed at, as `88 % (80/20)`."""
    aim = context.company.callcenter.service_level
    level = percent(served.service_level)
    return f"{level} ({aim.percent}/{int(aim.within.total_seconds())})" if level is not None else None


def percent(share: float | None) -> str | None:
    return f"{round(share * 100)} %" if share is not None else None


def seconds(context: Context, span: float | None) -> Param:
    return say("card.seconds", count=round(span)) if span is not None else None


def clock(context: Context, line: QueueLine) -> str:
    return f"{line.longest.astimezone(context.company.zone):%H:%M:%S}" if line.longest is not None else "–"


def _waiting(context: Context, count: int, seen: Floor) -> str:
    if seen.longest is None:
        return str(count)
    since = f"{seen.longest.astimezone(context.company.zone):%H:%M:%S}"
    return context.say("floor.waiting-since", waiting=str(count), since=since)
