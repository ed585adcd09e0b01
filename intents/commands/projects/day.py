"""The day ahead, and the same as a calendar."""

from __future__ import annotations

from dataclasses import replace

from crm_core import agenda, calendars
from crm_core.agenda import Entry
from crm_core.errors import NotAllowed
from intents.registry import Context, command
from intents.reply import Choice, Choices, Fields, Part, Reply

_MOST_SHOWN = 8
_MOST_BUTTONS = 6


@command(
    "agenda.day",
    {
        "en": ["my day", "(my day|agenda|my agenda|what is up today|what's up today|what is due [today]|what's due)"],
        "de": ["mein Tag", "(mein tag|tagesplan|mein tagesplan|was ist heute fällig|was ist fällig|was liegt an)"],
    },
)
async def day(context: Context) -> Reply:
    found = await agenda.day(context.session, context.actor, context.now)
    if not found:
        return context.reply("agenda.nothing")
    parts: list[Part] = []
    said, refs, choices = [], [], []
    for section, entries in found.items():
        title = context.say(f"agenda.section-{section}")
        lines = [_line(context, entry) for entry in entries[:_MOST_SHOWN]]
        if len(entries) > _MOST_SHOWN:
            lines.append(context.say("agenda.more", count=len(entries) - _MOST_SHOWN))
        parts.append(Fields(title, [], "\n".join(lines)))
        said.append(f"{title}: {'; '.join(lines)}")
        refs += [entry.ref for entry in entries[:_MOST_SHOWN]]
        choices += [Choice(f"{entry.ref} {_word(entry)}", entry.say) for entry in entries[:2] if entry.say]
    if choices:
        parts.append(Choices(choices[:_MOST_BUTTONS]))
    return context.reply("agenda.day", *parts, shown=refs, listed="\n".join(said))


@command(
    "calendar.show",
    {
        "en": ["calendar", "(my calendar|calendar address|calendar link)"],
        "de": ["Kalender", "(mein kalender|kalenderadresse|kalenderlink)"],
    },
    changes=True,
)
async def calendar(context: Context) -> Reply:
    """The address is told once: who has lost it makes a new one."""
    _require_agent(context)
    if context.ask.is_public:
        return context.reply("calendar.ask-privately")
    if await calendars.has_address(context.session, context.actor.agent_id or 0):
        return context.reply("calendar.there")
    return await _subscribed(context)


@command(
    "calendar.renew",
    {
        "en": ["new calendar address", "(new|renew|change|reset) [my|the] calendar (address|link)"],
        "de": ["neue Kalenderadresse", "(neuer kalenderlink|kalenderadresse erneuern|kalenderadresse ändern)"],
    },
    changes=True,
)
async def renew(context: Context) -> Reply:
    _require_agent(context)
    return context.reply("calendar.ask-privately") if context.ask.is_public else await _subscribed(context)


async def _subscribed(context: Context) -> Reply:
    token = await calendars.subscribe(context.session, context.actor, context.now)
    told = context.reply("calendar.address", address=calendars.address(context.session, token))
    return replace(told, is_secret=True)


def _require_agent(context: Context) -> None:
    if context.actor.agent_id is None:
        raise NotAllowed("rights.not-linked")


def _line(context: Context, entry: Entry) -> str:
    private = "" if context.ask.is_public else entry.private
    when = context.shown_as(entry.at) if entry.at is not None else ""
    return " · ".join(part for part in (f"{entry.ref} {entry.text}", private, when) if part)


def _word(entry: Entry) -> str:
    return "✓" if entry.say.startswith(("done", "resolve")) else "›"
