"""The card of a call."""

from __future__ import annotations

from crm_core import phones
from crm_core.callcenter import callers, queues
from crm_core.callcenter.calls import Call
from crm_core.callcenter.states import CallState
from crm_core.message import Message, Param, say
from crm_core.support import ticket_calls, tickets
from intents.cards.layout import Pair, fields, record_button, row
from intents.registry import Context
from intents.reply import Choice, Part

MOST_DISPOSITIONS = 8


async def call_card(context: Context, call: Call) -> list[Part]:
    """Who is calling, where they are, who has them; Accept only while they wait."""
    caller = await callers.caller_of(context.session, call)
    withheld = context.say("call.withheld") if call.direction == "inbound" else ""
    number = phones.shown(caller.number) if caller.number else withheld
    if context.ask.is_public:
        caller, number = callers.Caller(), ""
    pairs: list[Pair] = [("card.state", state_of(call)), ("card.number", number or None)]
    if not context.ask.is_public:
        pairs.append(collected_line(context, call))
        pairs.append(("card.blocked", call.rejected_because))
    pairs.append(("card.agent", await queues.agent_name(context.session, call)))
    queue = context.company.queues.get(call.queue or "")
    pairs.append(("card.queue", queue.shown(context.language) if queue is not None else None))
    pairs.append(("card.disposition", _disposition(context, call)))
    if not context.ask.is_public:
        about = await ticket_calls.tickets_about(context.session, call.id)
        pairs.append(("card.tickets", ", ".join(ticket.ref for ticket in about) or None))
    if caller.contact_id is not None:
        theirs = await tickets.tickets_of(context.session, caller.contact_id)
        listed = "; ".join(f"{ticket.ref} {ticket.subject}" for ticket in theirs[:3])
        pairs.append(("card.open-tickets", listed or None))
    if call.duration_seconds is not None:
        pairs.append(("card.duration", _length(call.duration_seconds)))
    choices = [] if context.ask.is_public else await _who_it_may_be(context, call)
    if call.state == CallState.QUEUED:
        choices.append(record_button(context, "button.accept", f"accept {call.ref}", call, is_primary=True))
    choices += _how_it_ended(context, call)
    if call.rating is not None:
        pairs.append(("card.rating", say("card.of-five", count=call.rating)))
    title = context.say("call.title", ref=call.ref, name=caller.name or number or context.say("call.unknown-caller"))
    note = "" if context.ask.is_public else call.note or ""
    return [fields(context, title, pairs, note), *row(choices)]


def state_of(call: Call) -> Message:
    """What people are told of it."""
    return say("call.state-rejected") if call.rejected_because is not None else say(f"call.state-{call.state}")


def collected_line(context: Context, call: Call) -> Pair:
    """What the caller gave in digits or words on the way."""
    label_of = context.company.phone.label_of
    answers = call.ivr.get("collected", {}).items()
    return "card.collected", "; ".join(f"{label_of(name, context.language)}: {text}" for name, text in answers) or None


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


def _how_it_ended(context: Context, call: Call) -> list[Choice]:
    """In wrap-up, while nobody has said it."""
    if call.state != CallState.WRAP_UP or call.disposition is not None:
        return []
    names = context.company.callcenter.dispositions
    return [
        Choice(name.get(context.language, key), f"disposition {call.ref} {key}", record=call.ref, version=call.version)
        for key, name in list(names.items())[:MOST_DISPOSITIONS]
    ]


def _disposition(context: Context, call: Call) -> str | None:
    if call.disposition is None:
        return None
    return context.company.callcenter.dispositions.get(call.disposition, {}).get(context.language, call.disposition)


def _length(seconds: int) -> Param:
    return say("card.minutes", count=round(seconds / 60)) if seconds >= 120 else say("card.seconds", count=seconds)
