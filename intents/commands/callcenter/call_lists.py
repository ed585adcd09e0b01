"""Call lists: made and filled, looked at, paused and closed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from crm_core.callcenter import call_lists, filling, list_progress
from crm_core.callcenter.call_lists import CallList, ListState
from crm_core.callcenter.filling import Filled, Wanted
from crm_core.contacts.consents import Purpose
from crm_core.contacts.contacts import Contact
from crm_core.sales.deals import Deal
from intents.cards.call_lists import bar, call_list_card, in_words, reason_name
from intents.commands.callcenter.list_members import wanted
from intents.commands.contacts import name_for, the_contact
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import CallListArg, ContactArg, MembersArg, PurposeArg

MOST_SHOWN = 20


@command(
    "calllist.make",
    {
        "en": [
            "call list {calllist}: {members}",
            "(make|new|start|create) [a|the] call list {calllist}: {members}",
            "[make|new|start|create] [a|the] call list {calllist} for {purpose}: {members}",
        ],
        "de": [
            "Anrufliste {calllist}: {members}",
            "neue anrufliste {calllist}: {members}",
            "[neue] anrufliste {calllist} für {purpose}: {members}",
        ],
    },
    changes=True,
)
async def make(
    context: Context, calllist: CallListArg, members: MembersArg, purpose: PurposeArg = Purpose.SERVICE
) -> Reply:
    """One that is there already is added to."""
    session, actor, now = context.session, context.actor, context.now
    known = await call_lists.named(session, calllist)
    people = await wanted(context, members)
    if known is not None and known.state != ListState.CLOSED:
        return await _filled(context, "calllist.filled", await filling.add(session, actor, known.id, people, now))
    made = await filling.make(session, actor, calllist, purpose, people, now)
    return await _filled(context, "calllist.made", made)


@command(
    "calllist.add",
    {
        "en": [
            "call list {calllist} add {members}",
            "(add|put) {members} (to|on) [the] call list {calllist}",
        ],
        "de": [
            "Anrufliste {calllist} ergänzen: {members}",
            "anrufliste {calllist} plus {members}",
            "(setze|setz|setzen sie|nimm|nehmen sie) {members} auf [die] anrufliste {calllist}",
            "{members} auf [die] anrufliste {calllist} [setzen]",
        ],
    },
    changes=True,
)
async def add(context: Context, calllist: CallListArg, members: MembersArg) -> Reply:
    session, actor, now = context.session, context.actor, context.now
    found = await call_lists.find(session, actor, calllist)
    people = await wanted(context, members)
    return await _filled(context, "calllist.filled", await filling.add(session, actor, found.id, people, now))


@command(
    "calllist.remove",
    {
        "en": [
            "call list {calllist} remove {contact}",
            "(take|remove) {contact} (off|from) [the] call list {calllist}",
        ],
        "de": [
            "Anrufliste {calllist} ohne {contact}",
            "(nimm|nehmen sie|streich|streiche|streichen sie) {contact} von [der] anrufliste {calllist}",
            "{contact} von [der] anrufliste {calllist} (nehmen|streichen)",
        ],
    },
    changes=True,
)
async def remove(context: Context, calllist: CallListArg, contact: ContactArg) -> Reply:
    session, actor, now = context.session, context.actor, context.now
    found = await call_lists.find(session, actor, calllist)
    person = await the_contact(context, contact)
    await filling.remove(session, actor, found.id, person.id, now)
    return await _about(context, "calllist.removed", found, person=name_for(context, person))


@command(
    "calllist.list",
    {
        "en": ["call lists", "[show] [me] [all] [the] call (lists|list)"],
        "de": ["Anruflisten", "(zeig|zeige|zeigen sie) [mir] [alle|die] anruflisten", "(alle|die) anruflisten"],
    },
)
async def show_all(context: Context) -> Reply:
    found = await call_lists.all_lists(context.session, context.actor)
    if not found:
        return context.reply("calllist.none")
    seen = await list_progress.of_lists(context.session, context.actor, [one.id for one in found], context.now)
    rows = [
        [
            one.ref,
            one.name,
            context.say(f"calllist.state-{one.state}"),
            bar(seen[one.id]),
            str(seen[one.id].open),
            context.shown_as(seen[one.id].next_at),
        ]
        for one in found
    ]
    labels = ("card.calllist", "card.name", "card.state", "calllist.done-of", "calllist.open", "calllist.next-at")
    listed = "; ".join(f"{row[1]} ({row[0]}), {row[2]}, {row[3].partition(' ')[2]}" for row in rows)
    table = Table([context.say(label) for label in labels], rows)
    return context.reply("calllist.list", table, shown=[one.ref for one in found], count=len(found), listed=listed)


@command(
    "calllist.show",
    {
        "en": ["call list {calllist}", "(show|progress of|how is) [the] call list {calllist}"],
        "de": [
            "Anrufliste {calllist}",
            "(zeig|zeige|zeigen sie|stand von|wie steht) [die] anrufliste {calllist}",
        ],
    },
)
async def show(context: Context, calllist: CallListArg) -> Reply:
    return await _progress(context, await call_lists.find(context.session, context.actor, calllist))


@command(
    "calllist.pause",
    {
        "en": ["pause call list {calllist}", "(pause|stop|halt) [the] call list {calllist}"],
        "de": ["Anrufliste {calllist} anhalten", "(halte|halten sie) [die] anrufliste {calllist} an"],
    },
    changes=True,
)
async def pause(context: Context, calllist: CallListArg) -> Reply:
    found = await call_lists.find(context.session, context.actor, calllist)
    changed = await call_lists.pause(context.session, context.actor, found.id, context.now)
    return await _about(context, "calllist.paused", changed)


@command(
    "calllist.resume",
    {
        "en": [
            "resume call list {calllist}",
            "(resume|go on with|continue|reopen) [the] call list {calllist}",
        ],
        "de": [
            "Anrufliste {calllist} fortsetzen",
            "(setze|setzen sie) [die] anrufliste {calllist} fort",
            "anrufliste {calllist} wieder öffnen",
        ],
    },
    changes=True,
)
async def resume(context: Context, calllist: CallListArg) -> Reply:
    found = await call_lists.find(context.session, context.actor, calllist)
    changed = await call_lists.go_on(context.session, context.actor, found.id, context.now)
    return await _about(context, "calllist.resumed", changed)


@command(
    "calllist.close",
    {
        "en": ["close call list {calllist}", "(close|end|finish) [the] call list {calllist}"],
        "de": ["Anrufliste {calllist} schließen", "(schließe|schließen sie|beende) [die] anrufliste {calllist}"],
    },
    changes=True,
)
async def close(context: Context, calllist: CallListArg) -> Reply:
    found = await call_lists.find(context.session, context.actor, calllist)
    changed = await call_lists.close(context.session, context.actor, found.id, context.now)
    return await _about(context, "calllist.closed", changed)


async def _about(context: Context, id: str, call_list: CallList, person: str = "") -> Reply:
    parts = await call_list_card(context, call_list)
    return context.reply(id, *parts, shown=[call_list.ref], name=call_list.name, ref=call_list.ref, person=person)


async def _progress(context: Context, call_list: CallList) -> Reply:
    seen = await list_progress.of_list(context.session, context.actor, call_list, context.now)
    parts = await call_list_card(context, call_list)
    reply = context.reply(
        "calllist.progress",
        *parts,
        shown=[call_list.ref],
        name=call_list.name,
        state=context.say(f"calllist.state-{call_list.state}"),
        count=seen.total,
        reached=seen.done,
        unreached=seen.dropped.total(),
        open=seen.open,
        later=seen.later,
        in_hand=seen.in_hand,
        outcomes=in_words(context, seen.outcomes) or "–",
    )
    return replace(reply, lead="")


async def _filled(context: Context, id: str, filled: Filled) -> Reply:
    """How many there are now, and who was left out for what reason."""
    call_list = filled.call_list
    parts = await call_list_card(context, call_list)
    reasons = in_words(context, Counter(str(why) for _one, why in filled.left_out))
    if filled.left_out and not context.ask.is_public:
        rows = [await _left_out(context, one, why) for one, why in filled.left_out[:MOST_SHOWN]]
        columns = [context.say(label) for label in ("calllist.left-out-ref", "card.name", "calllist.left-out-because")]
        parts.append(Table(columns, rows))
    reply = context.reply(id, *parts, shown=[call_list.ref], name=call_list.name, ref=call_list.ref, count=filled.added)
    if not filled.left_out:
        return reply
    return reply.also(context.say("calllist.left-out", count=len(filled.left_out), reasons=reasons))


async def _left_out(context: Context, one: Wanted, why: str) -> list[str]:
    if one.contact_id is not None:
        contact = await context.session.get_one(Contact, one.contact_id)
        return [contact.ref, contact.name, reason_name(context, why)]
    deal = await context.session.get_one(Deal, one.deal_id)
    return [deal.ref, deal.title, reason_name(context, why)]
