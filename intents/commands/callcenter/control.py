"""In a talk: hold, resume, mute; notes and tickets from it."""

from __future__ import annotations

from typing import cast

from crm_core import references
from crm_core.callcenter import holding, notes
from crm_core.callcenter.calls import Call
from crm_core.support import tickets
from intents.commands.callcenter.answers import about, the_call
from intents.commands.support import answers
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import GivenCallArg, TextArg


@command(
    "call.hold",
    {
        "en": ["hold {call}", "(put|place) {call} on hold", "(hold|hold the call|hold the line|put them on hold)"],
        "de": ["{call} halten", "(halte|halten sie) {call}", "(anruf halten|den anruf halten|halten)"],
    },
    changes=True,
)
async def hold(context: Context, call: GivenCallArg | None = None) -> Reply:
    held = await holding.hold(context.session, context.actor, await the_call(context, call), context.now)
    return await about(context, "call.held", held)


@command(
    "call.resume",
    {
        "en": ["resume {call}", "(take|get) {call} off hold", "(resume the call|take them off hold)"],
        "de": ["{call} fortsetzen", "(setze|setzen sie) {call} fort", "[den] anruf fortsetzen"],
    },
    changes=True,
)
async def resume(context: Context, call: GivenCallArg | None = None) -> Reply:
    resumed = await holding.resume(context.session, context.actor, await the_call(context, call), context.now)
    return await about(context, "call.resumed", resumed)


@command(
    "call.mute",
    {
        "en": ["mute {call}", "mute me in {call}", "mute [me|myself]"],
        "de": ["{call} stumm", "stumm in {call}", "(mikrofon aus|stummschalten|stumm)"],
    },
    changes=True,
)
async def mute(context: Context, call: GivenCallArg | None = None) -> Reply:
    return await _set_muted(context, call, muted=True)


@command(
    "call.unmute",
    {
        "en": ["unmute {call}", "unmute me in {call}", "unmute [me|myself]"],
        "de": ["{call} laut", "laut in {call}", "(mikrofon an|laut)"],
    },
    changes=True,
)
async def unmute(context: Context, call: GivenCallArg | None = None) -> Reply:
    return await _set_muted(context, call, muted=False)


@command(
    "call.note",
    {
        "en": ["note {call} {body}", "(note|note on|note for|add a note to) {call} [:] {body}", "note [on|for] {call}"],
        "de": ["Notiz {call} {body}", "(notiz|notiz zu|notiere zu) {call} [:] {body}", "notiz [zu] {call}"],
    },
    changes=True,
)
async def note(context: Context, call: GivenCallArg, body: TextArg) -> Reply:
    noted = await notes.note(context.session, context.actor, call, body, context.now)
    return await about(context, "call.noted", noted)


@command(
    "call.ticket",
    {
        "en": [
            "ticket for {call}: {subject}",
            "(ticket|new ticket|open ticket) (for|from) {call} [:] {subject}",
            "ticket (for|from) {call}",
        ],
        "de": [
            "Ticket zu {call}: {subject}",
            "(ticket|neues ticket) (zu|aus|für) {call} [:] {subject}",
            "ticket (zu|aus|für) {call}",
        ],
    },
    changes=True,
)
async def open_ticket(context: Context, call: GivenCallArg, subject: TextArg) -> Reply:
    """For whoever called, with the call beside it."""
    held = cast("Call", await references.read(context.session, "call", call))
    ticket = await tickets.open_ticket(
        context.session,
        context.actor,
        subject=subject,
        contact_id=held.contact_id,
        call_id=held.id,
        now=context.now,
    )
    return await answers.about(context, "ticket.opened", ticket)


async def _set_muted(context: Context, call: int | None, *, muted: bool) -> Reply:
    meant = await the_call(context, call)
    changed = await holding.set_muted(context.session, context.actor, meant, context.now, muted=muted)
    return await about(context, "call.muted" if muted else "call.unmuted", changed)
