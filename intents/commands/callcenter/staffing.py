"""How many agents are needed."""

from __future__ import annotations

from datetime import time

from crm_core.callcenter import staffing
from intents.commands.callcenter.places import queue_meant
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import ClockArg, QueueArg


@command(
    "staffing",
    {
        "en": [
            "how many agents do we need at {clock}",
            "how many (agents|people) (do we need|are needed) for [the] [queue] {queue} at {clock}",
            "how many (agents|people) (do we need|are needed) for [the] [queue] {queue}",
            "how many (agents|people) (do we need|are needed) at {clock}",
            "how many (agents|people) (do we need|are needed)",
        ],
        "de": [
            "wie viele Agenten brauchen wir um {clock}",
            "wie viele (agenten|leute|mitarbeiter) brauchen wir für [die] [warteschlange] {queue} um {clock}",
            "wie viele (agenten|leute|mitarbeiter) (brauchen wir|braucht es) für [die] [warteschlange] {queue}",
            "wie viele (agenten|leute|mitarbeiter) (brauchen wir|braucht es) um {clock}",
            "wie viele (agenten|leute|mitarbeiter) (brauchen wir|braucht es)",
        ],
    },
)
async def needed(context: Context, queue: QueueArg | None = None, clock: ClockArg | None = None) -> Reply:
    """In the hour that begins then; without a time in the present one."""
    key = queue_meant(context, queue) if queue is not None else None
    begins = clock or time(context.now.astimezone(context.company.zone).hour)
    need = await staffing.needed(context.session, context.actor, key, begins, context.now)
    aim = context.company.callcenter.service_level
    where = context.company.queues[key].shown(context.language) if key is not None else None
    return context.reply(
        "staffing.needed",
        queue=where or context.say("staffing.all-queues"),
        at=f"{begins:%H:%M}",
        count=need.agents,
        calls=f"{need.calls_an_hour:.0f}",
        minutes=f"{int(need.handle.total_seconds()) // 60}:{int(need.handle.total_seconds()) % 60:02}",
        percent=aim.percent,
        seconds=int(aim.within.total_seconds()),
    )
