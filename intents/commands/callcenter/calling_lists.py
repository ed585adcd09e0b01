"""Working a call list: whose turn it is, skip, how it ended, when to call again."""

from __future__ import annotations

from dataclasses import replace

from crm_core import references
from crm_core.callcenter import attempts, call_lists, callees, claiming, wrapup
from crm_core.callcenter.callees import Callee, CalleeState
from crm_core.callcenter.calls import Call
from crm_core.callcenter.claiming import Turn
from crm_core.contacts.contacts import Contact
from crm_core.errors import Invalid, Refused
from crm_core.message import say
from crm_core.names import fold
from intents import catalogue
from intents.cards.call_lists import callee_card, in_words, outcome_name, reason_name
from intents.cards.cards import in_words as card_in_words
from intents.commands.callcenter.answers import about
from intents.commands.contacts import name_for
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply
from intents.slots import CalleeArg, CallListArg, OutcomeArg, TextArg, WhenArg, WhyArg


@command(
    "callee.next",
    {
        "en": [
            "next call",
            "[the] next call (on|from|of|in) [call list] {calllist}",
            "[the] next call",
            "(work|work on|start) [the] call list {calllist}",
        ],
        "de": [
            "nächster Anruf",
            "[der] nächster anruf (aus|von|auf|in) [anrufliste] {calllist}",
            "[der|den] (nächste|nächster|nächsten) anruf",
            "anrufliste {calllist} abtelefonieren",
        ],
    },
    changes=True,
)
async def show_next(context: Context, calllist: CallListArg | None = None) -> Reply:
    """Of the list that the actor worked last, where none is named."""
    session, actor = context.session, context.actor
    if calllist is not None:
        return await _turn(context, (await call_lists.find(session, actor, calllist)).id)
    last = await claiming.last_of(session, actor.agent_id or 0)
    worked = await claiming.worked_lists(session, actor)
    if last is not None and (not worked or last.list_id in {one.id for one in worked}):
        return await _turn(context, last.list_id)
    if not worked:
        raise Refused("calllist.none-open")
    if len(worked) == 1:
        return await _turn(context, worked[0].id)
    choices = Choices([Choice(one.name, f"next call on {one.ref}") for one in worked])
    return context.reply("calllist.which", choices, listed=", ".join(one.name for one in worked))


@command(
    "callee.skip",
    {
        "en": [
            "skip {callee}",
            "skip {callee} (because|because of|:|,) {why}",
            "skip (because|because of|:|,) {why}",
            "(skip|skip them|not now skip)",
        ],
        "de": [
            "{callee} überspringen",
            "{callee} überspringen (weil|wegen|:|,) {why}",
            "(überspringe|überspringen sie) {callee}",
            "überspringen (weil|wegen|:|,) {why}",
            "überspringen",
        ],
    },
    changes=True,
)
async def skip(context: Context, callee: CalleeArg | None = None, why: WhyArg = "") -> Reply:
    meant = callee if callee is not None else await _held(context)
    skipped = await claiming.skip(context.session, context.actor, meant, context.now, reason=why)
    return await _then_next(context, context.say("callee.skipped", ref=skipped.ref), skipped)


@command(
    "callee.outcome",
    {
        "en": [
            "outcome {callee} {outcome}",
            "outcome [of] {callee} [:|is|was] {outcome} (:|,) {note}",
            "outcome [of] {callee} [:|is|was] {outcome}",
            "outcome [of] {callee}",
            "outcome [:|is|was] {outcome} (:|,) {note}",
            "outcome [:|is|was] {outcome}",
            "[the] (outcome|outcomes)",
        ],
        "de": [
            "Ergebnis {callee} {outcome}",
            "ergebnis [von] {callee} [:|ist|war] {outcome} (:|,) {note}",
            "ergebnis [von] {callee} [:|ist|war] {outcome}",
            "ergebnis [von] {callee}",
            "ergebnis [:|ist|war] {outcome} (:|,) {note}",
            "ergebnis [:|ist|war] {outcome}",
            "[das] (ergebnis|ergebnisse)",
        ],
    },
    changes=True,
)
async def settle(
    context: Context, callee: CalleeArg | None = None, outcome: OutcomeArg | None = None, note: TextArg = ""
) -> Reply:
    """Without an outcome, those there are to choose from."""
    meant = await _the_callee(context, callee)
    if outcome is None:
        return await _which_outcome(context, meant)
    key = _outcome(context, outcome)
    found = await context.session.get(Callee, meant)
    if found is not None and found.state == CalleeState.CALLING and found.call_id is not None:
        return await _of_the_call(context, found.call_id, key, note)
    settled = await attempts.settle(context.session, context.actor, meant, key, context.now, note=note)
    return await _then_next(context, _what_becomes(context, settled), settled)


@command(
    "callee.again",
    {
        "en": [
            "call {callee} again {when}",
            "(call|try) {callee} again (at|on) {when}",
            "(call|try) (them|her|him) again [at|on] {when}",
        ],
        "de": [
            "{callee} wieder anrufen {when}",
            "{callee} [am|um] {when} (wieder|nochmal|noch einmal) anrufen",
            "(wieder|nochmal|noch einmal) anrufen [am|um] {when}",
        ],
    },
    changes=True,
)
async def again(context: Context, when: WhenArg, callee: CalleeArg | None = None) -> Reply:
    meant = await _the_callee(context, callee)
    put_off = await attempts.put_off(context.session, context.actor, meant, when, context.now)
    return await _then_next(context, _what_becomes(context, put_off), put_off)


@command(
    "callee.stop",
    {
        "en": ["stop calling", "(stop calling|done calling|no more calls|enough calls)"],
        "de": ["Anrufe beenden", "(nicht weiter anrufen|genug angerufen|keine anrufe mehr)"],
    },
    changes=True,
)
async def stop(context: Context) -> Reply:
    released = await claiming.release(context.session, context.actor, context.now)
    if not released:
        return context.reply("callee.nobody-held")
    return context.reply("callee.stopped", shown=[released[-1].ref], ref=released[-1].ref)


async def dial(context: Context, callee: int) -> Reply:
    """Whoever may not be called any more is passed over, and the next one shown."""
    outcome = await attempts.dial(context.session, context.actor, callee, context.now)
    found = await context.session.get_one(Callee, callee)
    contact = await context.session.get_one(Contact, found.contact_id)
    if isinstance(outcome, Call):
        return await about(context, "call.dialled", outcome, name=name_for(context, contact))
    said = context.say("callee.passed-over", name=name_for(context, contact), why=reason_name(context, outcome))
    return await _then_next(context, said, found)


async def _held(context: Context) -> int:
    """Whom the actor looks at. Raises Refused."""
    found = await claiming.held_by(context.session, context.actor.agent_id or 0, context.now)
    if found is None:
        raise Refused("callee.nobody-held")
    return found.id


async def _the_callee(context: Context, callee: int | None) -> int:
    """Whom the actor looks at, else whom they called last: how that ended may be said now. Raises Refused."""
    if callee is not None:
        return callee
    agent_id = context.actor.agent_id or 0
    found = await claiming.held_by(context.session, agent_id, context.now)
    found = found or await claiming.last_of(context.session, agent_id)
    if found is None:
        raise Refused("callee.nobody-held")
    return found.id


async def _turn(context: Context, list_id: int, said: str = "") -> Reply:
    turn = await claiming.claim(context.session, context.actor, list_id, context.now)
    lead = " ".join(part for part in (said, _passed(context, turn)) if part)
    if turn.callee is None:
        return _nobody(context, turn, lead)
    parts = await callee_card(context, turn.callee)
    shown = [turn.callee.ref, references.ref("contact", turn.callee.contact_id)]
    text = f"{lead} {card_in_words(parts)}".strip()
    return Reply(text, parts, shown=shown, language=context.language, lead=lead)


def _nobody(context: Context, turn: Turn, lead: str) -> Reply:
    name, ref = turn.call_list.name, turn.call_list.ref
    if turn.is_in_hand and turn.next_at is None:
        reply = context.reply("calllist.nobody-free", shown=[ref], name=name)
    elif turn.next_at is not None:
        reply = context.reply("calllist.nobody-until", shown=[ref], name=name, when=turn.next_at)
    else:
        reply = context.reply("calllist.nobody-left", shown=[ref], name=name)
    return replace(reply, text=f"{lead} {reply.text}".strip())


def _passed(context: Context, turn: Turn) -> str:
    """Whoever came in between is named by number alone: why they may not be called is nobody's business here."""
    if not turn.passed:
        return ""
    counts: dict[str, int] = {}
    for _contact_id, why in turn.passed:
        counts[why] = counts.get(why, 0) + 1
    return context.say("callee.passed", count=len(turn.passed), reasons=in_words(context, counts))


async def _then_next(context: Context, said: str, callee: Callee) -> Reply:
    """The way on, unless the list is not worked any more or something is owed."""
    try:
        async with context.session.begin_nested():
            return await _turn(context, callee.list_id, said)
    except Refused as refused:
        more = context.say(refused.message.id, **refused.message.params)
        return Reply(
            f"{said} {more}", await callee_card(context, callee), shown=[callee.ref], language=context.language
        )


def _what_becomes(context: Context, callee: Callee) -> str:
    outcome = outcome_name(context, callee.outcome) if callee.outcome is not None else "–"
    if callee.state == CalleeState.OPEN:
        return context.say("callee.becomes-again", ref=callee.ref, when=callee.due_at)
    return context.say(f"callee.becomes-{callee.state}", ref=callee.ref, outcome=outcome)


async def _which_outcome(context: Context, callee_id: int) -> Reply:
    callee = await callees.lock_own(context.session, context.actor, callee_id, context.now)
    choices = [
        Choice(outcome_name(context, key), f"outcome {callee.ref} {key}", record=callee.ref, version=callee.version)
        for key in attempts.known_outcomes(context.session)
    ]
    listed = ", ".join(choice.label for choice in choices)
    return context.reply("callee.which-outcome", Choices(choices), shown=[callee.ref], ref=callee.ref, listed=listed)


async def _of_the_call(context: Context, call_id: int, key: str, note: str) -> Reply:
    """While they talk it is the disposition of the call, which decides when it is over."""
    if key not in context.company.callcenter.dispositions:
        raise Refused("callee.calling-now", ref=references.ref("call", call_id))
    call = await wrapup.dispose(context.session, context.actor, call_id, key, context.now, note=note)
    return await about(context, "call.disposed", call, disposition=outcome_name(context, key))


def _outcome(context: Context, said: str) -> str:
    """By its key or its name in any language. Raises Invalid naming those there are."""
    wanted = fold(said).replace("-", " ")
    for key in attempts.known_outcomes(context.session):
        names = {key, *context.company.callcenter.dispositions.get(key, {}).values(), *_built_in(context, key)}
        if wanted in {fold(name).replace("-", " ") for name in names}:
            return key
    known = ", ".join(outcome_name(context, key) for key in attempts.known_outcomes(context.session))
    raise Invalid("callee.outcome-unknown", text=said[:40], names=known)


def _built_in(context: Context, key: str) -> list[str]:
    if key not in attempts.BUILT_IN:
        return []
    zone = context.company.zone
    return [catalogue.render(say(f"callee.outcome-{key}"), language, zone) for language in catalogue.languages()]
