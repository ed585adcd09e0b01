"""Numbers that are turned away: block, unblock, list."""

from __future__ import annotations

from crm_core.callcenter import blocking
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import BlockableArg, DueArg, WhyArg


@command(
    "number.block",
    {
        "en": [
            "block {phone} because {why} until {until}",
            "block [the] [number] {phone} [because of|because|for|:] {why} until {until}",
            "block [the] [number] {phone} until {until}",
            "block [the] [number] {phone} (because of|because|for|:) {why}",
            "block [the] [number] {phone}",
        ],
        "de": [
            "sperre {phone} wegen {why} bis {until}",
            "(sperre|sperren sie) [die] [nummer] {phone} [wegen|weil|:] {why} bis {until}",
            "(sperre|sperren sie) [die] [nummer] {phone} bis {until}",
            "(sperre|sperren sie) [die] [nummer] {phone} (wegen|weil|:) {why}",
            "(sperre|sperren sie) [die] [nummer] {phone}",
            "{phone} sperren",
        ],
    },
    changes=True,
)
async def block(context: Context, phone: BlockableArg, why: WhyArg, until: DueArg | None = None) -> Reply:
    blocked = await blocking.block(context.session, context.actor, phone, why, context.now, until)
    number = blocking.shown(blocked.number)
    if blocked.until is None:
        return context.reply("number.blocked", number=number, reason=blocked.reason)
    return context.reply("number.blocked-until", number=number, reason=blocked.reason, until=blocked.until)


@command(
    "number.unblock",
    {
        "en": ["unblock {phone}", "unblock [the] [number] {phone}", "{phone} may call again"],
        "de": [
            "{phone} entsperren",
            "(entsperre|entsperren sie) [die] [nummer] {phone}",
            "{phone} darf wieder anrufen",
        ],
    },
    changes=True,
)
async def unblock(context: Context, phone: BlockableArg) -> Reply:
    freed = await blocking.unblock(context.session, context.actor, phone, context.now)
    return context.reply("number.unblocked", number=blocking.shown(freed.number))


@command(
    "number.blocked",
    {
        "en": ["blocked numbers", "[the] blocked (numbers|callers)", "who is blocked"],
        "de": ["gesperrte Nummern", "[die] gesperrten nummern", "(wer|welche nummer) ist gesperrt"],
    },
)
async def show_blocked(context: Context) -> Reply:
    if context.ask.is_public:
        return context.reply("public.ask-privately")
    found = await blocking.blocked_numbers(context.session, context.actor, context.now)
    if not found:
        return context.reply("number.none")
    rows = [
        [
            blocking.shown(blocked.number),
            blocked.reason,
            context.shown_as(blocked.until) if blocked.until else context.say("number.for-good"),
            name or "–",
        ]
        for blocked, name in found
    ]
    columns = [context.say(label) for label in ("card.number", "card.reason", "card.until", "history.who")]
    listed = "; ".join(f"{row[0]} ({row[1]}, {row[2]})" for row in rows)
    return context.reply("number.list", Table(columns, rows), count=len(rows), listed=listed)
