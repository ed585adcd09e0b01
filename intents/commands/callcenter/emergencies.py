"""An emergency: every caller is told, for a while."""

from __future__ import annotations

import re

from crm_core.callcenter import emergencies
from crm_core.callcenter.emergencies import Action
from intents.commands.callcenter.places import queue_meant
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import AnnouncementArg, ClosingArg, QueueArg, UntilArg


@command(
    "emergency.on",
    {
        "en": [
            "emergency on {announcement} until {until}",
            "emergency on [:] {announcement} (until|till) {until} [,|and] {closing}",
            "emergency on [:] {announcement} (until|till) {until} [,|and] divert to [the] [queue] {queue}",
            "emergency on [:] {announcement} (until|till) {until}",
            "emergency on [:] {announcement}",
        ],
        "de": [
            "Notfall an {announcement} bis {until}",
            "notfall an [:] {announcement} bis {until} [,|und] {closing}",
            "notfall an [:] {announcement} bis {until} [,|und] umleiten (nach|zu|in|auf) [die] [warteschlange] {queue}",
            "notfall an [:] {announcement} bis {until}",
            "notfall an [:] {announcement}",
        ],
    },
    changes=True,
)
async def declare(
    context: Context,
    announcement: AnnouncementArg,
    until: UntilArg,
    closing: ClosingArg | None = None,
    queue: QueueArg | None = None,
) -> Reply:
    action = Action.CLOSE if closing is not None else Action.DIVERT if queue is not None else Action.ANNOUNCE
    divert_to = queue_meant(context, queue) if queue is not None else None
    declared = await emergencies.declare(
        context.session,
        context.actor,
        _texts(context, announcement),
        until,
        context.now,
        action=action,
        divert_to=divert_to,
    )
    if declared.divert_to is not None:
        name = context.company.queues[declared.divert_to].shown(context.language)
        what = context.say("emergency.diverts", queue=name)
    else:
        what = context.say("emergency.closes" if declared.closes else "emergency.stays-open")
    said = " / ".join(declared.texts.values())
    return context.reply("emergency.on", until=declared.until, text=said, what=what)


@command(
    "emergency.off",
    {
        "en": ["emergency off", "(end|stop|cancel) [the] emergency", "[the] emergency is over"],
        "de": ["Notfall aus", "(beende|beenden sie) [den] notfall", "[der] notfall ist (vorbei|beendet|vorüber)"],
    },
    changes=True,
)
async def end(context: Context) -> Reply:
    await emergencies.end(context.session, context.actor, context.now)
    return context.reply("emergency.off")


def _texts(context: Context, said: str) -> dict[str, str]:
    """`de: … en: …` by language; else it is in the language in which it was declared."""
    named = "|".join(map(re.escape, context.company.languages))
    pieces = re.split(rf"(?:^|\s)({named})\s*:\s*", said)
    if len(pieces) > 1 and not pieces[0].strip():
        return dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return {context.language: said}
