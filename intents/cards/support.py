"""The card of a ticket."""

from __future__ import annotations

from crm_core.callcenter import recordings
from crm_core.message import Param, say
from crm_core.support import articles, sla, tickets
from crm_core.support.knowledge import Article, Audience
from crm_core.support.sla import Clock, TicketSla
from crm_core.support.tickets import Status, Ticket
from intents.cards.layout import Pair, contact_name, fields, record_button, row
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
        ]
        pairs += await _due(context, ticket) if is_for_team else []
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


async def article_card(context: Context, article: Article) -> list[Part]:
    """In a public place: of an internal one, the title only."""
    text = await articles.text_of(context.session, article, context.language)
    spoken = sorted(edition.language for edition in await articles.editions(context.session, article))
    state = "published" if article.published_edition == article.edition else "draft"
    if state == "draft" and article.published_edition is not None:
        state = "revised"
    pairs: list[Pair] = [
        ("card.status", say(f"article.state-{state}")),
        ("card.audience", say(f"article.audience-{article.audience}")),
        ("card.language", ", ".join(spoken)),
        ("card.edition", article.edition),
    ]
    is_hidden = context.ask.is_public and article.audience == Audience.INTERNAL
    choices = []
    if state != "published":
        choices.append(
            record_button(context, "button.publish", f"publish article {article.ref}", article, is_primary=True)
        )
    return [fields(context, f"{article.ref} · {text.title}", pairs, "" if is_hidden else text.body), *row(choices)]


def clock_label(clock: TicketSla) -> str:
    return "sla.first-response" if clock.clock == Clock.FIRST_RESPONSE else "sla.resolution"


async def _due(context: Context, ticket: Ticket) -> list[Pair]:
    clocks = [clock for clock in await sla.clocks_of(context.session, ticket.id) if clock.is_running]
    return [
        (clock_label(clock), say("sla.overdue" if clock.breached_at else "sla.due", when=clock.due_at))
        for clock in clocks
    ]


def _priority(ticket: Ticket) -> Param:
    return say(f"ticket.priority-{ticket.priority}")
