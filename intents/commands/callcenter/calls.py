"""Calls: accept, decline, how they ended, who called, log, list."""

from __future__ import annotations

from crm_core import phones, references
from crm_core.callcenter import callers, calls, talks, wrapup
from crm_core.errors import Invalid
from crm_core.names import fold
from intents.cards.callcenter import call_card, state_of
from intents.commands.callcenter.misfits import ask, misfit, told
from intents.commands.contacts import name_for, the_contact
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import CallArg, ContactArg, DispositionArg, EarlyArg, GivenCallArg, MinutesArg, SureArg, TextArg


@command(
    "call.accept",
    {
        "en": [
            "accept {call}",
            "accept [the] {call} {early}",
            "(accept|answer|take|pick up|i'll take) [the] {call}",
            "(accept|answer|take) [a|the] [call]",
            "{sure} accept {call}",
            "{sure} accept {call} {early}",
        ],
        "de": [
            "{call} annehmen",
            "{call} {early} annehmen",
            "(nimm|nehme|ich nehme|nehmen sie|übernimm) [den] {call}",
            "(nimm|nehme|ich nehme|nehmen sie) [den] {call} an",
            "[einen|den] [anruf] annehmen",
            "{sure} {call} annehmen",
        ],
    },
    changes=True,
)
async def accept(context: Context, call: CallArg, early: EarlyArg | None = None, sure: SureArg | None = None) -> Reply:
    """Who is to be called back later is called `now` when that is said."""
    found = await misfit(context, call, context.actor.agent_id)
    if sure is False:
        return context.reply("dialogue.cancelled")
    if found is not None and found.others_do and sure is None:
        ref = references.ref("call", call)
        words = {"call": ref} | ({"early": early} if early is not None else {})
        return await ask(context, found, "call.accept", words, f"accept {' '.join(words.values())}")
    is_early = early is not None
    accepted = await talks.accept(context.session, context.actor, call, context.now, early=is_early)
    parts = await call_card(context, accepted)
    return told(context, context.reply("call.accepted", *parts, shown=[accepted.ref], ref=accepted.ref), found)


@command(
    "call.decline",
    {
        "en": ["decline {call}", "(decline|refuse|not now) [the] {call}", "(decline|refuse) [a|the] [call]"],
        "de": ["{call} ablehnen", "(ich lehne|lehne) [den] {call} ab", "[einen|den] [anruf] ablehnen"],
    },
    changes=True,
)
async def decline(context: Context, call: CallArg) -> Reply:
    declined = await talks.decline(context.session, context.actor, call, context.now)
    parts = await call_card(context, declined)
    return context.reply("call.declined", *parts, shown=[declined.ref], ref=declined.ref)


@command(
    "call.dispose",
    {
        "en": [
            "disposition {call} {disposition}",
            "(disposition|outcome) [of] {call} [:|is|was] {disposition}",
            "{call} ended (as|with) {disposition}",
        ],
        "de": [
            "Ergebnis {call} {disposition}",
            "ergebnis [von] {call} [:|ist|war] {disposition}",
            "{call} endete mit {disposition}",
        ],
    },
    changes=True,
)
async def dispose(context: Context, call: CallArg, disposition: DispositionArg) -> Reply:
    """What is said after the name of the disposition is a note."""
    key, note = _disposition(context, disposition)
    disposed = await wrapup.dispose(context.session, context.actor, call, key, context.now, note=note)
    name = context.company.callcenter.dispositions[key].get(context.language, key)
    parts = await call_card(context, disposed)
    return context.reply("call.disposed", *parts, shown=[disposed.ref], ref=disposed.ref, disposition=name)


def _disposition(context: Context, said: str) -> tuple[str, str]:
    """The longest beginning that is a key or a name in any language, and the rest. Raises Invalid naming them."""
    known = context.company.callcenter.dispositions
    keys = {fold(name): key for key, names in known.items() for name in (key, *names.values())}
    words = said.split()
    for length in range(len(words), 0, -1):
        key = keys.get(fold(" ".join(words[:length]).rstrip(",;:.–-")))
        if key is not None:
            return key, " ".join(words[length:]).lstrip(",;:–- ")
    names = ", ".join(name.get(context.language, key) for key, name in known.items())
    raise Invalid("call.disposition-unknown", text=said[:40], names=names or "–")


@command(
    "call.wrapped-up",
    {
        "en": ["done with {call}", "wrap-up of {call} (done|over|finished)"],
        "de": ["mit {call} fertig", "(fertig mit|nachbearbeitung von) {call} [fertig|beendet]"],
    },
    changes=True,
)
async def wrapped_up(context: Context, call: GivenCallArg) -> Reply:
    done = await wrapup.finish(context.session, context.actor, call, context.now)
    return context.reply("call.wrapped-up", *await call_card(context, done), shown=[done.ref], ref=done.ref)


@command(
    "call.assign",
    {
        "en": ["caller of {call} is {contact}", "[the] caller (of|in|on) {call} (is|was) {contact}"],
        "de": [
            "Anrufer von {call} ist {contact}",
            "[der|die] (anrufer|anruferin) (von|bei) {call} (ist|war) {contact}",
        ],
    },
    changes=True,
)
async def assign(context: Context, call: CallArg, contact: ContactArg) -> Reply:
    found = await the_contact(context, contact)
    assigned = await callers.assign(context.session, context.actor, call, found.id, context.now)
    parts = await call_card(context, assigned)
    name = name_for(context, found)
    return context.reply("call.assigned", *parts, shown=[assigned.ref, found.ref], ref=assigned.ref, name=name)


@command(
    "call.log",
    {
        "en": [
            "log call with {contact} {minutes} minutes {note}",
            "(log|log a) call (with|to|from) {contact} [,|for] {minutes} (minutes|min|minute) [:|,|about] {note}",
            "(log|log a) {minutes} (minutes|min|minute) call (with|to|from) {contact} [:|,|about] {note}",
            "(log|log a|note a) call (with|to|from) {contact} (:|,|about) {note}",
            "(called|i called|spoke to|i spoke to|talked to|i talked to) {contact} (:|,|about) {note}",
            "(log|log a|note a) call (with|to|from) {contact}",
            "log [a] call",
        ],
        "de": [
            "Anruf mit {contact} {minutes} Minuten {note}",
            "(anruf|telefonat|gespräch) [notieren] mit {contact} [,|über] {minutes} (minuten|min|minute) [:|,] {note}",
            "(anruf|telefonat|gespräch) [notieren] mit {contact} (:|,|wegen) {note}",
            "[ich] (habe mit|hab mit) {contact} (telefoniert|gesprochen) [:|,|wegen] {note}",
            "(anruf|telefonat|gespräch) [notieren] mit {contact}",
            "(anruf|telefonat|gespräch) mit {contact} notieren",
            "[einen|ein] (anruf|telefonat|gespräch) notieren",
        ],
    },
    changes=True,
)
async def log(context: Context, contact: ContactArg, note: TextArg, minutes: MinutesArg | None = None) -> Reply:
    customer = await the_contact(context, contact)
    call = await calls.log_call(
        context.session, context.actor, contact=customer, note=note, minutes=minutes, now=context.now
    )
    parts = await call_card(context, call)
    return context.reply("call.logged", *parts, shown=[call.ref], ref=call.ref, name=name_for(context, customer))


@command(
    "call.list",
    {
        "en": ["calls", "(list|show) [me] [the] [last|recent] calls", "(recent|last) calls", "who called"],
        "de": [
            "Anrufe",
            "(zeige|zeig|zeigen sie|liste) [mir] [die] [letzten] anrufe",
            "(letzte|die letzten) anrufe",
            "wer hat angerufen",
        ],
    },
)
async def list_calls(context: Context) -> Reply:
    found = list(await calls.list_calls(context.session, context.actor))
    if not found:
        return context.reply("call.list-none")
    rows = []
    for call in found:
        caller = callers.Caller() if context.ask.is_public else await callers.caller_of(context.session, call)
        name = caller.name or (phones.shown(caller.number) if caller.number else context.say("call.unknown-caller"))
        rows.append([call.ref, name, context.shown_as(state_of(call)), context.shown_as(call.started_at)])
    columns = [context.say(label) for label in ("card.call", "card.name", "card.state", "card.when")]
    listed = "; ".join(" ".join(row[:3]) for row in rows)
    return context.reply(
        "call.list", Table(columns, rows), shown=[call.ref for call in found], count=len(found), listed=listed
    )
