"""Record a talk, pause it, stop it, take it back; hear what was recorded."""

from __future__ import annotations

from crm_core.callcenter import calls, listening, taping
from intents.commands.callcenter.answers import about, the_call
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import CallArg, GivenCallArg


@command(
    "recording.ask",
    {
        "en": ["record {call}", "(start recording|begin recording) [of] {call}", "record (this|the) (call|talk)"],
        "de": ["{call} aufzeichnen", "(zeichne|zeichnen sie) {call} auf", "[das|dieses] gespräch aufzeichnen"],
    },
    changes=True,
)
async def ask(context: Context, call: GivenCallArg | None = None) -> Reply:
    meant = await the_call(context, call)
    await taping.ask(context.session, context.actor, meant, context.now)
    return await about(context, "recording.asked", await calls.lock_call(context.session, meant))


@command(
    "recording.pause",
    {
        "en": ["pause recording {call}", "pause [the] recording [of|in] {call}", "pause [the] recording"],
        "de": [
            "Aufzeichnung {call} anhalten",
            "[die] (aufzeichnung|aufnahme) [von] {call} (anhalten|unterbrechen)",
            "[die] (aufzeichnung|aufnahme) (anhalten|unterbrechen)",
        ],
    },
    changes=True,
)
async def pause(context: Context, call: GivenCallArg | None = None) -> Reply:
    paused = await taping.pause(context.session, context.actor, await the_call(context, call), context.now)
    return await about(context, "recording.paused", paused)


@command(
    "recording.resume",
    {
        "en": [
            "resume recording {call}",
            "(resume|continue) [the] recording [of|in] {call}",
            "(resume|continue) [the] recording",
        ],
        "de": [
            "Aufzeichnung {call} fortsetzen",
            "[die] (aufzeichnung|aufnahme) [von] {call} fortsetzen",
            "[die] (aufzeichnung|aufnahme) fortsetzen",
        ],
    },
    changes=True,
)
async def resume(context: Context, call: GivenCallArg | None = None) -> Reply:
    resumed = await taping.resume(context.session, context.actor, await the_call(context, call), context.now)
    return await about(context, "recording.resumed", resumed)


@command(
    "recording.stop",
    {
        "en": ["stop recording {call}", "(stop|end) [the] recording [of|in] {call}", "(stop|end) [the] recording"],
        "de": [
            "Aufzeichnung {call} beenden",
            "[die] (aufzeichnung|aufnahme) [von] {call} (beenden|stoppen)",
            "[die] (aufzeichnung|aufnahme) (beenden|stoppen)",
        ],
    },
    changes=True,
)
async def stop(context: Context, call: GivenCallArg | None = None) -> Reply:
    stopped = await taping.end(context.session, context.actor, await the_call(context, call), context.now)
    return await about(context, "recording.stopped", stopped)


@command(
    "recording.withdraw",
    {
        "en": [
            "delete recording {call}",
            "(delete|withdraw) [the] (recording|recordings) [of|in] {call}",
            "(delete|withdraw) [the] recording",
        ],
        "de": [
            "Aufzeichnung {call} löschen",
            "[die] (aufzeichnung|aufnahme|aufnahmen) [von] {call} (löschen|widerrufen)",
            "[die] (aufzeichnung|aufnahme) (löschen|widerrufen)",
        ],
    },
    changes=True,
)
async def withdraw(context: Context, call: GivenCallArg | None = None) -> Reply:
    """The customer takes it back: what there is goes, whether the talk is over or not."""
    withdrawn = await taping.withdraw(context.session, context.actor, await the_call(context, call), context.now)
    return await about(context, "recording.withdrawn", withdrawn)


@command(
    "recording.list",
    {
        "en": [
            "recordings of {call}",
            "(recording|recordings) (of|in|from) {call}",
            "(hear|play) [the recording of] {call}",
        ],
        "de": [
            "Aufnahmen von {call}",
            "(aufnahme|aufnahmen|aufzeichnung|aufzeichnungen) (von|aus|zu) {call}",
            "{call} anhören",
        ],
    },
    changes=True,
)
async def list_recordings(context: Context, call: CallArg) -> Reply:
    """Each with an address that opens it for a while, where the asker may hear it."""
    if context.ask.is_public:
        return context.reply("public.ask-privately")
    found = await listening.of_call(context.session, context.actor, call, context.now)
    ref = (await calls.lock_call(context.session, call)).ref
    if not found:
        return context.reply("recording.list-none", shown=[ref], ref=ref)
    rows = []
    for recording, address in found:
        length = context.say("card.seconds", count=recording.duration_seconds or 0)
        state = context.say(f"recording.state-{recording.state}")
        rows.append([context.shown_as(recording.created_at), state, length, address or "–"])
    columns = [context.say(label) for label in ("card.when", "card.state", "card.duration", "recording.address")]
    listed = "; ".join(" ".join(row) for row in rows)
    return context.reply("recording.list", Table(columns, rows), shown=[ref], count=len(found), ref=ref, listed=listed)
