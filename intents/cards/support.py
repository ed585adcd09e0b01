"""The card of a ticket."""

from __future__ import annotations

from crm_core.callcenter import recordings
from crm_core.message import Param, say
from crm_core.support import tickets
from crm_core.support.tickets import Status, Ticket
from intents.cards.layout import Pair, contact_name, fields, files_line, record_button, row
from intents.registry import Context
from intents.reply import Choice, Part


async def ticket_card(context: Context, ticket: Ticket) -> list[Part]:
    """In a public place: subject and status only. The team's notes and buttons are for the team."""
    is_for_team = context.actor.role is not None
    pairs: list[Pair] = [("card.status", say(f"ticket.status-{ticket.status}")), ("card.priority", _priority(ticket))]
    body = ""
    if not context.ask.is_public:
        owner = await tickets.assignee_name(context.session, ticket)
        pairs += [
            ("card.contact", await contact_name(context, ticket.contact_id)),
            ("card.assignee", owner),
            ("card.opened", ticket.created_at),
            await files_line(context, ticket),
        ]
        voicemail = await recordings.recording_of(context.session, ticket.id)
        if voicemail is not None:
            pairs.append(("card.voicemail", say("card.seconds", count=voicemail.duration_seconds or 0)))
        notes = await tickets.comments(context.session, ticket.id, limit=3) if is_for_team else []
        body = "\n".join([ticket.description, *(f"{note.author}: {note.body}" for note in reversed(notes))]).strip()
    choices: list[Choice] = []
    if is_for_team and ticket.status != Status.RESOLVED:
        if ticket.assignee_id is None:
            choices.append(record_button(context, "button.claim", f"claim {ticket.ref}", ticket, is_primary=True))
        choices.append(record_button(context, "button.resolve", f"resolve {ticket.ref}", ticket))
    return [fields(context, f"{ticket.ref} · {ticket.subject}", pairs, body), *row(choices)]


def _priority(ticket: Ticket) -> Param:
    return say(f"ticket.priority-{ticket.priority}")
