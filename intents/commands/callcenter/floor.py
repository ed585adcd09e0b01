"""The floor at a glance."""

from __future__ import annotations

from dataclasses import replace

from crm_core.callcenter import floor
from intents.cards.floor import agents_in_words, floor_card, percent
from intents.registry import Context, command
from intents.reply import Reply


@command(
    "floor",
    {
        "en": [
            "floor",
            "[show] [me] [the] (floor|wallboard|call centre|queues|queue status)",
            "(how is|how's|what's on) the (floor|call centre)",
            "(who is waiting|who's waiting|how many are waiting|missed calls)",
        ],
        "de": [
            "Lage",
            "(zeig|zeige|zeigen sie) [mir] die (lage|warteschlangen)",
            "(wie ist die lage|warteschlangen|wallboard|callcenter)",
            "(wer wartet|wie viele warten|verpasste anrufe)",
        ],
    },
)
async def show(context: Context) -> Reply:
    seen = await floor.look(context.session, context.actor, context.now)
    parts = await floor_card(context, seen)
    since = seen.longest.astimezone(context.company.zone) if seen.longest is not None else None
    waiting = context.say("floor.waits", count=seen.waiting)
    if since is not None:
        waiting = context.say("floor.waits-since", count=seen.waiting, since=f"{since:%H:%M}")
    reply = context.reply(
        "floor.summary",
        *parts,
        shown=[call.ref for call in seen.missed],
        waiting=waiting,
        agents=agents_in_words(context, seen),
        answered=seen.served.answered,
        abandoned=seen.served.abandoned,
        level=percent(seen.served.service_level),
        missed=context.say("floor.missed-count", count=len(seen.missed)),
    )
    return replace(reply, lead="")
