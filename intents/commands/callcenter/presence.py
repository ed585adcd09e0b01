"""Presence: who is on duty, and what one is oneself: available, away for a reason, offline."""

from __future__ import annotations

from crm_core.agents import ASKED, BUSY, Presence
from crm_core.callcenter import presence, wrapup
from crm_core.names import fold
from intents.colleagues import reason_of, state_of
from intents.registry import Context, button, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import PauseArg, PauseWordArg

SHORTEST_BEGINNING = 3


@command(
    "agent.list",
    {
        "en": ["who is on duty", "(who's|who is) (on duty|available|here|working|there|around|free)", "team", "agents"],
        "de": ["wer ist da", "wer (ist|hat) (im dienst|verfügbar|dienst|erreichbar|frei)", "team", "mitarbeiter"],
    },
)
async def on_duty(context: Context) -> Reply:
    team = list(await presence.list_agents(context.session, context.actor))
    rows = [
        [agent.name, state_of(context, agent), context.shown_as(agent.presence_since), reason_of(context, agent) or "–"]
        for agent in team
    ]
    there = [agent.name for agent in team if agent.presence == Presence.AVAILABLE]
    columns = [context.say(label) for label in ("card.name", "card.state", "card.since", "agent.reason")]
    if not there:
        return context.reply("agent.nobody-available", Table(columns, rows))
    return context.reply("agent.on-duty", Table(columns, rows), count=len(there), names=", ".join(there))


@command(
    "agent.available",
    {
        "en": [
            "available",
            "(i'm|i am|go|set me) (available|back|here|online) [again|now]",
            "(on duty|set status available|back)",
            "(wrap-up|wrap up|after-call work) (done|over|finished)",
            "(done with|finished) [the|my] (wrap-up|wrap up|after-call work)",
        ],
        "de": [
            "verfügbar",
            "(ich bin|bin) (wieder da|da|verfügbar|erreichbar|zurück|wieder verfügbar)",
            "(melde mich an|ich melde mich an|ich bin im dienst)",
            "[die|meine] nachbearbeitung [ist] (fertig|beendet|erledigt|vorbei)",
            "[ich bin] (fertig mit der|mit der) nachbearbeitung [fertig]",
        ],
    },
    changes=True,
)
async def available(context: Context) -> Reply:
    return await _set(context, Presence.AVAILABLE)


@command(
    "agent.away",
    {
        "en": [
            "away",
            "away {pause}",
            "(away|pause|break) [:|for|because of] {pause}",
            "(i'm|i am|go|set me) (away|out)",
            "(i'm|i am|go|going|i'm going|i am going|set me) (on|to|at|for) [a|my] {word}",
            "(brb|on a break|set status away)",
            "{word}",
        ],
        "de": [
            "abwesend",
            "abwesend {pause}",
            "(pause|abwesend) [:|wegen] {pause}",
            "(ich bin|bin) (weg|abwesend|nicht da)",
            "(ich bin|bin) (in der|in|beim) {word}",
            "(ich mache|mache|ich gehe in die|gehe in die) [eine] {word}",
            "{word}",
        ],
    },
    changes=True,
)
async def away(context: Context, pause: PauseArg | None = None, word: PauseWordArg | None = None) -> Reply:
    reason = pause_meant(context, pause or word or "")
    return await _set(context, Presence.AWAY, reason or pause)


@command(
    "agent.offline",
    {
        "en": ["offline", "(i'm|i am|go|set me) (offline|off duty)", "(off duty|i'm done for today|sign me off)"],
        "de": [
            "Feierabend",
            "[ich] [mache|bin im] feierabend",
            "(ich bin|bin) offline",
            "(melde mich ab|ich melde mich ab|ich bin nicht mehr im dienst)",
        ],
    },
    changes=True,
)
async def offline(context: Context) -> Reply:
    return await _set(context, Presence.OFFLINE)


def pause_meant(context: Context, said: str) -> str | None:
    """The pause of the company file by its key, its name, or the beginning of one name alone."""
    wanted = fold(said.strip())
    names = {key: {fold(key), *map(fold, named.values())} for key, named in context.company.callcenter.pauses.items()}
    exact = [key for key, known in names.items() if wanted in known]
    if exact or len(wanted) < SHORTEST_BEGINNING:
        return exact[0] if exact else None
    begun = [key for key, known in names.items() if any(name.startswith(wanted) for name in known)]
    return begun[0] if len(begun) == 1 else None


async def _set(context: Context, wanted: Presence, reason: str | None = None) -> Reply:
    agent = await presence.set_presence(context.session, context.actor, wanted, context.now, reason=reason)
    choices = _what_else(context, wanted, reason)
    owed = await wrapup.owed_by(context.session, agent.id) if agent.presence == Presence.WRAP_UP else None
    if owed is not None and wanted == Presence.AVAILABLE:
        names = [name.get(context.language, key) for key, name in context.company.callcenter.dispositions.items()]
        return context.reply("agent.owes-disposition", shown=[owed.ref], ref=owed.ref, names=", ".join(names))
    if wanted == Presence.AVAILABLE and agent.presence in ASKED:
        return context.reply("agent.available-rung")
    if agent.presence in BUSY:
        return context.reply(f"agent.then-{wanted}", choices)
    if reason is not None:
        return context.reply("agent.now-away-for", choices, reason=reason_of(context, agent))
    return context.reply(f"agent.now-{wanted}", choices)


def _what_else(context: Context, present: Presence, reason: str | None) -> Choices:
    """What one may be next: available, or away for each pause of the company file."""
    choices = [] if present == Presence.AVAILABLE else [button(context, "button.available", "available", primary=True)]
    for key, names in context.company.callcenter.pauses.items():
        if key != reason:
            choices.append(Choice(names[context.language], f"away {key}"))
    return Choices(choices)
