"""Cards: a record drawn for a reply or a place, in one language, with the buttons that fit its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import phones, references
from crm_core.agents import SYSTEM, Agent
from crm_core.callcenter import calls, queues, recordings
from crm_core.callcenter.calls import Call, CallState
from crm_core.contacts import contacts, numbers
from crm_core.contacts.contacts import Contact
from crm_core.db import Record
from crm_core.message import Param, say
from crm_core.projects.tasks import Task
from crm_core.sales import stages
from crm_core.sales.deals import Deal
from crm_core.sales.stages import Stage
from crm_core.support import tickets
from crm_core.support.tickets import Status, Ticket
from intents.ask import Ask
from intents.registry import Context, button, buttons
from intents.reply import Choice, Fields, Part

LONGEST_BODY = 600
Pair: TypeAlias = "tuple[str, Param]"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card for everybody in a place: `text` alone says it all."""

    text: str
    parts: list[Part]


async def draw(session: AsyncSession, kind: str, record_id: int, language: str, now: datetime) -> Drawn | None:
    """None when the record is gone (its opening was undone)."""
    record = await session.get(references.KINDS[kind].model, record_id)
    if record is None:
        return None
    ask = Ask(channel="card", conversation="card", account="")
    parts = await card(Context(session, SYSTEM, ask, language, [], now), record)
    return Drawn(in_words(parts), parts)


async def card(context: Context, record: Record) -> list[Part]:
    match record:
        case Ticket():
            return await ticket_card(context, record)
        case Deal():
            return await deal_card(context, record)
        case Task():
            return await task_card(context, record)
        case Contact():
            return await contact_card(context, record)
        case Call():
            return await call_card(context, record)
        case _:
            raise TypeError(f"{type(record).__name__} has no card")


async def ticket_card(context: Context, ticket: Ticket) -> list[Part]:
    """In a public place: subject and status only. The team's notes and buttons are for the team."""
    is_for_team = context.actor.role is not None
    pairs: list[Pair] = [("card.status", say(f"ticket.status-{ticket.status}")), ("card.priority", _priority(ticket))]
    body = ""
    if not context.ask.is_public:
        owner = await tickets.assignee_name(context.session, ticket)
        pairs += [
            ("card.contact", await _contact_name(context, ticket.contact_id)),
            ("card.assignee", owner),
            ("card.opened", ticket.created_at),
        ]
        voicemail = await recordings.recording_of(context.session, ticket.id)
        if voicemail is not None:
            pairs.append(("card.voicemail", say("card.seconds", count=voicemail.duration_seconds or 0)))
        notes = await tickets.comments(context.session, ticket.id, limit=3) if is_for_team else []
        body = "\n".join([ticket.description, *(f"{note.author}: {note.body}" for note in reversed(notes))]).strip()
    choices: list[Choice] = []
    if is_for_team and ticket.status != Status.RESOLVED:
        if ticket.assignee_id is None:
            choices.append(_button(context, "button.claim", f"claim {ticket.ref}", ticket, is_primary=True))
        choices.append(_button(context, "button.resolve", f"resolve {ticket.ref}", ticket))
    return [_fields(context, f"{ticket.ref} · {ticket.subject}", pairs, body), *_row(choices)]


async def deal_card(context: Context, deal: Deal) -> list[Part]:
    stage = await context.session.get(Stage, deal.stage_id)
    pairs: list[Pair] = [
        ("card.stage", stage.shown(context.language) if stage else None),
        ("card.value", deal.value),
        ("card.expected-close", deal.expected_close),
    ]
    if not context.ask.is_public:
        owner = await context.session.get(Agent, deal.owner_id) if deal.owner_id else None
        pairs += [
            ("card.contact", await _contact_name(context, deal.contact_id)),
            ("card.owner", owner.name if owner else None),
        ]
    following = await _next_stage(context, stage)
    choices = []
    if following is not None:
        label = context.say("button.move-to", stage=following.shown(context.language))
        choices.append(Choice(label, f"move {deal.ref} to {following.key}", record=deal.ref, version=deal.version))
    return [_fields(context, f"{deal.ref} · {deal.title}", pairs), *_row(choices)]


async def task_card(context: Context, task: Task) -> list[Part]:
    done = say("task.finished-at", when=task.finished_at) if task.finished_at else say("task.open")
    pairs: list[Pair] = [("card.status", done), ("card.due", task.due_at)]
    if not context.ask.is_public and task.contact_id is not None:
        pairs.append(("card.contact", await _contact_name(context, task.contact_id)))
    choices = [] if task.finished_at else [_button(context, "button.done", f"done {task.ref}", task, is_primary=True)]
    return [_fields(context, f"{task.ref} · {task.title}", pairs), *_row(choices)]


async def contact_card(context: Context, contact: Contact) -> list[Part]:
    """In a public place: nothing but the reference."""
    ref = references.ref("contact", contact.id)
    if context.ask.is_public:
        return [Fields(ref, [], context.say("public.ask-privately"))]
    owned = await numbers.numbers_of(context.session, contact.id)
    theirs = await tickets.tickets_of(context.session, contact.id)
    pairs: list[Pair] = [
        ("card.company", await contacts.organisation_name(context.session, contact)),
        ("card.phone", ", ".join(phones.shown(number.e164) for number in owned) or None),
        ("card.email", contact.email),
        ("card.language", contact.language),
        ("card.open-tickets", ", ".join(ticket.ref for ticket in theirs) or None),
    ]
    choices = [Choice(f"{ticket.ref} {ticket.subject}"[:60], f"show {ticket.ref}") for ticket in theirs[:5]]
    return [_fields(context, f"{ref} · {contact.name}", pairs), *_row(choices)]


async def call_card(context: Context, call: Call) -> list[Part]:
    """Who is calling, where they are, who has them; Accept only while they wait."""
    caller = await calls.caller_of(context.session, call)
    withheld = context.say("call.withheld") if call.direction == "inbound" else ""
    number = phones.shown(caller.number) if caller.number else withheld
    if context.ask.is_public:
        caller, number = calls.Caller(), ""
    pairs: list[Pair] = [("card.state", say(f"call.state-{call.state}")), ("card.number", number or None)]
    pairs.append(("card.agent", await queues.agent_name(context.session, call)))
    if caller.contact_id is not None:
        theirs = await tickets.tickets_of(context.session, caller.contact_id)
        listed = "; ".join(f"{ticket.ref} {ticket.subject}" for ticket in theirs[:3])
        pairs.append(("card.open-tickets", listed or None))
    if call.duration_seconds is not None:
        pairs.append(("card.duration", _length(call.duration_seconds)))
    choices = []
    if call.state == CallState.QUEUED:
        choices.append(_button(context, "button.accept", f"accept {call.ref}", call, is_primary=True))
    title = context.say("call.title", ref=call.ref, name=caller.name or number or context.say("call.unknown-caller"))
    note = "" if context.ask.is_public else call.note or ""
    return [_fields(context, title, pairs, note), *_row(choices)]


def _fields(context: Context, title: str, pairs: Sequence[Pair], body: str = "") -> Fields:
    """Pairs without a value are left out."""
    shown = [(context.say(label), context.shown_as(value)) for label, value in pairs if value is not None]
    cut = body if len(body) <= LONGEST_BODY else body[: LONGEST_BODY - 1] + "…"
    return Fields(title, shown, cut)


def _row(choices: list[Choice]) -> list[Part]:
    return [buttons(*choices)] if choices else []


def _button(context: Context, label: str, said: str, record: Record, *, is_primary: bool = False) -> Choice:
    ref = references.ref(record.__tablename__, record.id)
    return button(context, label, said, ref, record.version, primary=is_primary)


def _priority(ticket: Ticket) -> Param:
    return say(f"ticket.priority-{ticket.priority}")


def _length(seconds: int) -> Param:
    return say("card.minutes", count=round(seconds / 60)) if seconds >= 120 else say("card.seconds", count=seconds)


async def _contact_name(context: Context, contact_id: int | None) -> str | None:
    contact = await context.session.get(Contact, contact_id) if contact_id is not None else None
    if contact is None:
        return None
    company = await contacts.organisation_name(context.session, contact)
    return f"{contact.name}, {company}" if company else contact.name


async def _next_stage(context: Context, stage: Stage | None) -> Stage | None:
    if stage is None or stage.position is None or stage.outcome != "open":
        return None
    later = [other for other in await stages.list_stages(context.session) if (other.position or 0) > stage.position]
    return next((other for other in later if other.outcome != "lost"), None)


def in_words(parts: list[Part]) -> str:
    """The card as one spoken line."""
    fields = next(part for part in parts if isinstance(part, Fields))
    return ". ".join([fields.title, *(f"{label}: {value}" for label, value in fields.pairs)])
