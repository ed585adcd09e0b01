"""The cards of a call list and of somebody on one."""

from __future__ import annotations

from collections.abc import Mapping

from crm_core import agents, phones, references, rights
from crm_core.callcenter import attempts, calling, calls, list_progress
from crm_core.callcenter.call_lists import CallList, ListState
from crm_core.callcenter.callees import Callee, CalleeState, Why
from crm_core.callcenter.calls import Call
from crm_core.callcenter.list_progress import Progress
from crm_core.contacts.consents import Purpose
from crm_core.contacts.contacts import Contact
from crm_core.errors import Invalid
from crm_core.message import Message, Param, say
from crm_core.sales import deals
from crm_core.sales.deals import Deal
from crm_core.support import tickets
from intents.cards.layout import Pair, contact_name, fields, record_button, row
from intents.registry import Context, button
from intents.reply import Choice, Fields, Part

MOST_LISTED = 3
BAR = 10


async def call_list_card(context: Context, call_list: CallList) -> list[Part]:
    """How far it is, and by whom."""
    seen = await list_progress.of_list(context.session, context.actor, call_list, context.now)
    pairs: list[Pair] = [
        ("card.state", say(f"calllist.state-{call_list.state}")),
        ("calllist.purpose", _purpose(call_list)),
        ("calllist.done-of", bar(seen)),
        ("calllist.open", seen.open or None),
        ("calllist.later", say("calllist.later-next", count=seen.later, when=seen.next_at) if seen.later else None),
        ("calllist.in-hand", f"{seen.in_hand}: {', '.join(seen.agents)}" if seen.in_hand else None),
        ("calllist.reached", seen.done or None),
        ("calllist.unreached", in_words(context, seen.dropped) or None),
        ("calllist.calls", seen.calls or None),
        ("calllist.outcomes", in_words(context, seen.outcomes) or None),
    ]
    shown = fields(context, f"{call_list.ref} · {call_list.name}", pairs)
    return [shown, *row(_list_buttons(context, call_list, seen))]


def _list_buttons(context: Context, call_list: CallList, seen: Progress) -> list[Choice]:
    choices = []
    if call_list.state == ListState.OPEN and seen.open + seen.later + seen.in_hand:
        choices.append(_next(context, call_list))
    if rights.allowed(context.actor, "calllist.steer"):
        labels = {
            ListState.OPEN: [("button.pause-list", "pause"), ("button.close-list", "close")],
            ListState.PAUSED: [("button.resume-list", "resume"), ("button.close-list", "close")],
            ListState.CLOSED: [("button.resume-list", "resume")],
        }[ListState(call_list.state)]
        choices += [
            record_button(context, label, f"{word} call list {call_list.ref}", call_list) for label, word in labels
        ]
    return choices


def _next(context: Context, call_list: CallList) -> Choice:
    return button(context, "button.next-call", f"next call on {call_list.ref}", primary=True)


def _purpose(call_list: CallList) -> Message | None:
    """Service is what calls are for unless it is said."""
    return say(f"consent.purpose-{call_list.purpose}") if call_list.purpose != Purpose.SERVICE else None


def bar(seen: Progress) -> str:
    """`███████░░░ 70 % (14/20)`."""
    over = seen.done + seen.dropped.total()
    full = int(seen.share * BAR)
    return f"{'█' * full}{'░' * (BAR - full)} {int(seen.share * 100)} % ({over}/{seen.total})"


def in_words(context: Context, counts: Mapping[str, int]) -> str:
    """The most frequent first."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{count} {reason_name(context, key)}" for key, count in ordered)


def reason_name(context: Context, key: str) -> str:
    """Of an outcome, or of what besides keeps somebody off a list."""
    return context.say(f"callee.why-{key}") if key in set(Why) else outcome_name(context, key)


def outcome_name(context: Context, key: str) -> str:
    described = context.company.callcenter.dispositions.get(key)
    if described is not None:
        return described.get(context.language, key)
    return context.say(f"callee.outcome-{key}") if key in attempts.BUILT_IN else key


async def callee_card(context: Context, callee: Callee) -> list[Part]:
    """What one wants to know before the call; in a public place nothing but the reference."""
    call_list = await context.session.get_one(CallList, callee.list_id)
    choices = await _callee_buttons(context, callee, call_list)
    if context.ask.is_public:
        return [Fields(callee.ref, [], context.say("public.ask-privately")), *row(choices)]
    contact = await context.session.get_one(Contact, callee.contact_id)
    pairs: list[Pair] = [
        ("card.calllist", f"{call_list.name} ({call_list.ref})"),
        ("card.phone", await _number(context, contact)),
        ("card.language", contact.language),
        ("callee.because", await _because(context, callee)),
        *await _about_them(context, contact.id),
        ("callee.attempts", _attempts(context, callee)),
        ("card.state", _state(context, callee)),
        ("callee.note", callee.note),
    ]
    name = await contact_name(context, contact.id)
    return [fields(context, f"{callee.ref} · {name}", pairs, contact.note or ""), *row(choices)]


async def _number(context: Context, contact: Contact) -> str | None:
    try:
        return phones.shown(await calling.number_of(context.session, contact))
    except Invalid:
        return None


async def _because(context: Context, callee: Callee) -> Param:
    """Why they are on the list."""
    deal = await context.session.get(Deal, callee.deal_id) if callee.deal_id is not None else None
    if deal is not None:
        return f"{deal.ref} {deal.title}"
    return f"#{callee.tag}" if callee.tag is not None else None


async def _about_them(context: Context, contact_id: int) -> list[Pair]:
    """When somebody last spoke to them and what was noted, and what is open with them."""
    session = context.session
    last = await calls.last_talk(session, contact_id)
    theirs = await tickets.tickets_of(session, contact_id)
    open_deals = await deals.open_deals_of(session, contact_id, MOST_LISTED)
    spoken: Param = None
    if last is not None:
        spoken = say("call.last-talk", when=last.started_at, name=await agents.name_of(session, last.agent_id))
    return [
        ("card.last-talk", spoken),
        ("callee.last-note", last.note if last is not None else None),
        ("card.open-tickets", "; ".join(f"{ticket.ref} {ticket.subject}" for ticket in theirs[:MOST_LISTED]) or None),
        ("card.open-deals", "; ".join(f"{deal.ref} {deal.title}" for deal in open_deals) or None),
    ]


def _attempts(context: Context, callee: Callee) -> Param:
    if not callee.calls:
        return None
    return say("callee.attempts-so-far", count=callee.calls, outcomes=in_words(context, callee.outcomes))


def _state(context: Context, callee: Callee) -> Param:
    """Nothing of who is simply next."""
    if callee.state == CalleeState.OPEN and callee.due_at is not None and callee.due_at > context.now:
        return say("callee.again-at", when=callee.due_at)
    if callee.state == CalleeState.DROPPED:
        return say("callee.dropped-because", why=reason_name(context, callee.why or callee.outcome or ""))
    return say(f"callee.state-{callee.state}") if callee.state != CalleeState.OPEN else None


async def _callee_buttons(context: Context, callee: Callee, call_list: CallList) -> list[Choice]:
    """For who looks at them all that may be done; for others the way on."""
    if call_list.state != ListState.OPEN:
        return []
    if callee.is_held(context.now) and callee.agent_id == context.actor.agent_id:
        return [
            record_button(context, "button.call", f"call {callee.ref}", callee, is_primary=True),
            record_button(context, "button.skip", f"skip {callee.ref}", callee),
            record_button(context, "button.outcome", f"outcome {callee.ref}", callee),
            button(context, "button.stop-calling", "stop calling"),
        ]
    return [_next(context, call_list)] if callee.state != CalleeState.CALLING else []


async def next_call(context: Context, call: Call) -> list[Choice]:
    """After a call to somebody on a list."""
    callee = await attempts.of_call(context.session, call.id) if call.direction == "outbound" else None
    if callee is None:
        return []
    call_list = await context.session.get_one(CallList, callee.list_id)
    return [_next(context, call_list)] if call_list.state == ListState.OPEN else []


async def call_list_of(context: Context, call: Call) -> str | None:
    """On whose way a call was made."""
    callee = await attempts.of_call(context.session, call.id) if call.direction == "outbound" else None
    if callee is None:
        return None
    call_list = await context.session.get_one(CallList, callee.list_id)
    return f"{call_list.name} ({references.ref('callee', callee.id)})"
