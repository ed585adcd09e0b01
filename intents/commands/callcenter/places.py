"""A lead changes the place of a caller who waits."""

from __future__ import annotations

from crm_core.callcenter import moving
from crm_core.names import fold
from intents.cards.callcenter import call_card
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import CallArg, GivenCallArg, QueueArg


@command(
    "call.to-front",
    {
        "en": [
            "{call} to the front",
            "(put|move|bring|take) {call} (to the front|first)",
            "{call} (is|goes) (first|next)",
        ],
        "de": [
            "{call} nach vorn",
            "{call} (nach vorne|vorziehen)",
            "(ziehe|zieh|ziehen sie) {call} vor",
            "{call} (ist|kommt) (zuerst|als nächstes)",
        ],
    },
    changes=True,
)
async def to_front(context: Context, call: CallArg) -> Reply:
    moved = await moving.to_front(context.session, context.actor, call, context.now)
    parts = await call_card(context, moved)
    return context.reply("call.first", *parts, shown=[moved.ref], ref=moved.ref)


@command(
    "call.to-queue",
    {
        "en": ["{call} to queue {queue}", "(move|put|send) {call} (to|into|in) [the] queue {queue}"],
        "de": [
            "{call} in Warteschlange {queue}",
            "{call} (in die|zur) warteschlange {queue}",
            "(verschiebe|verschieben sie|schiebe|gib|geben sie) {call} in [die] warteschlange {queue}",
        ],
    },
    changes=True,
)
async def to_queue(context: Context, call: GivenCallArg, queue: QueueArg) -> Reply:
    key = queue_meant(context, queue)
    moved = await moving.to_queue(context.session, context.actor, call, key, context.now)
    parts = await call_card(context, moved)
    name = context.company.queues[key].shown(context.language)
    return context.reply("call.moved", *parts, shown=[moved.ref], ref=moved.ref, queue=name)


def queue_meant(context: Context, said: str) -> str:
    """By its key or its name in any language; what is none is refused by the verb, which names those there are."""
    wanted = fold(said)
    for key, rule in context.company.queues.items():
        if wanted in {fold(key), *map(fold, rule.name.values())}:
            return key
    return said
