"""The card of a call."""

from __future__ import annotations

from crm_core import agents, phones
from crm_core.callcenter import callers, calls, cut_off, queues, recordings, supervision, transfers
from crm_core.callcenter.callers import Caller
from crm_core.callcenter.calls import Call
from crm_core.message import Message, Param, say
from crm_core.sales import deals
from crm_core.support import ticket_calls, tickets
from intents.cards.call_buttons import call_buttons
from intents.cards.call_lists import call_list_of
from intents.cards.layout import Pair, contact_name, fields, row
from intents.registry import Context
from intents.reply import Choice, Part

MOST_LISTED = 3
# How a call that we made ended without a talk, as the carrier says it.
UNANSWERED = {"busy", "no-answer", "failed", "canceled"}


async def call_card(context: Context, call: Call) -> list[Part]:
    """Who it is, where they are and who has them; what else is open with them; the buttons that fit the moment."""
    caller = await callers.caller_of(context.session, call)
    withheld = context.say("call.withheld") if call.direction == "inbound" else ""
    number = phones.shown(caller.number) if caller.number else withheld
    if context.ask.is_public:
        caller, number = Caller(), ""
    pairs: list[Pair] = [("card.state", state_of(call)), ("card.number", number or None)]
    if not context.ask.is_public:
        pairs.append(collected_line(context, call))
        pairs.append(("card.blocked", call.rejected_because))
    pairs.append(("card.cut-off", await _cut_off(context, call)))
    pairs += await _who_has_it(context, call)
    pairs.append(("card.calllist", await call_list_of(context, call)))
    pairs.append(("card.disposition", _disposition(context, call)))
    if not context.ask.is_public:
        about = await ticket_calls.tickets_about(context.session, call.id)
        pairs.append(("card.tickets", ", ".join(ticket.ref for ticket in about) or None))
    if caller.contact_id is not None:
        pairs += await _about_them(context, call, caller.contact_id)
    if call.duration_seconds is not None:
        pairs.append(("card.duration", _length(call.duration_seconds)))
    choices = [] if context.ask.is_public else await _who_it_may_be(context, call)
    if call.rating is not None:
        pairs.append(("card.rating", say("card.of-five", count=call.rating)))
    choices += await call_buttons(context, call)
    title = context.say("call.title", ref=call.ref, name=caller.name or number or context.say("call.unknown-caller"))
    note = "" if context.ask.is_public else call.note or ""
    return [fields(context, title, pairs, note), *row(choices)]


def state_of(call: Call) -> Message:
    """What people are told of it."""
    if call.rejected_because is not None:
        return say("call.state-rejected")
    if call.state == "failed" and call.carrier_status in UNANSWERED:
        return say(f"call.outcome-{call.carrier_status}")
    return say(f"call.state-{call.state}")


def collected_line(context: Context, call: Call) -> Pair:
    """What the caller gave in digits or words on the way."""
    label_of = context.company.phone.label_of
    answers = call.ivr.get("collected", {}).items()
    return "card.collected", "; ".join(f"{label_of(name, context.language)}: {text}" for name, text in answers) or None


async def _who_has_it(context: Context, call: Call) -> list[Pair]:
    """The agent, the queue, on whose way it is, who listens, whether it is recorded."""
    queue = context.company.queues.get(call.queue or "")
    pairs: list[Pair] = [
        ("card.agent", await queues.agent_name(context.session, call)),
        ("card.queue", queue.shown(context.language) if queue is not None else None),
    ]
    if call.talk_began_at is None or call.is_over:
        return pairs
    transfer = await transfers.shown(context.session, call.id)
    if transfer is not None:
        to = await transfers.target_name(context.session, transfer)
        pairs.append(("card.transfer", say(f"transfer.state-{transfer.state}", name=to)))
    company = await supervision.company_in(context.session, call.id)
    named = [f"{name} ({context.say(f'supervision.mode-{mode}')})" for name, mode in company]
    pairs.append(("card.company-in", ", ".join(named) or None))
    recording = await recordings.shown(context.session, call.id)
    pairs.append(("card.recording", say(f"recording.state-{recording.state}") if recording is not None else None))
    return pairs


async def _cut_off(context: Context, call: Call) -> Param:
    """Who went on where the line had gone."""
    where = cut_off.went_on(call)
    before = await context.session.get(Call, call.resumes_id) if call.resumes_id is not None else None
    if where is None or before is None:
        return None
    name = await queues.agent_name(context.session, before)
    return say(f"call.cut-off-{where}", ref=before.ref, name=name or "?")


async def _about_them(context: Context, call: Call, contact_id: int) -> list[Pair]:
    """Where they work, what is open with them, and when somebody last spoke to them."""
    session = context.session
    theirs = await tickets.tickets_of(session, contact_id)
    open_deals = await deals.open_deals_of(session, contact_id, MOST_LISTED)
    last = await calls.previous_talk(session, call)
    spoken: Param = None
    if last is not None:
        spoken = say("call.last-talk", when=last.started_at, name=await agents.name_of(session, last.agent_id))
    whole = await contact_name(context, contact_id)
    return [
        ("card.contact", whole if whole is not None and "," in whole else None),
        ("card.open-tickets", "; ".join(f"{ticket.ref} {ticket.subject}" for ticket in theirs[:MOST_LISTED]) or None),
        ("card.open-deals", "; ".join(f"{deal.ref} {deal.title}" for deal in open_deals) or None),
        ("card.last-talk", spoken),
    ]


async def _who_it_may_be(context: Context, call: Call) -> list[Choice]:
    """While nobody knows: those who share the number, the likeliest first, each with the reason."""
    if call.contact_id is not None or call.from_number is None:
        return []
    found = await callers.candidates(context.session, call.from_number)
    return [
        Choice(
            f"{candidate.contact.name}: {context.shown_as(candidate.reason)}",
            f"caller of {call.ref} is {candidate.contact.ref}",
            record=call.ref,
            version=call.version,
        )
        for candidate in found
    ]


def _disposition(context: Context, call: Call) -> str | None:
    if call.disposition is None:
        return None
    return context.company.callcenter.dispositions.get(call.disposition, {}).get(context.language, call.disposition)


def _length(seconds: int) -> Param:
    return say("card.minutes", count=round(seconds / 60)) if seconds >= 120 else say("card.seconds", count=seconds)
