"""The card of a ticket."""

from __future__ import annotations

from crm_core import references
from crm_core.callcenter import recordings
from crm_core.callcenter.calls import Call
from crm_core.callcenter.recordings import Recording
from crm_core.message import Param, say
from crm_core.support import articles, checklist, incidents, links, sla, tags, ticket_calls, tickets, watchers
from crm_core.support.incidents import Incident, IncidentState
from crm_core.support.knowledge import Article, Audience
from crm_core.support.sla import Clock, TicketSla
from crm_core.support.tickets import Ticket, TicketComment
from intents import fields as custom
from intents.cards.callcenter import collected_line
from intents.cards.layout import Pair, contact_name, fields, files_line, record_button, row
from intents.registry import Context
from intents.reply import Choice, Fields, Part

# Three minutes of speech; with the rest of the card it fits into one message everywhere.
LONGEST_TRANSCRIPT = 2500


async def ticket_card(context: Context, ticket: Ticket) -> list[Part]:
    """In a public place: subject and status only. The team's notes and buttons are for the team."""
    is_for_team = context.actor.role is not None
    pairs: list[Pair] = [("card.status", say(f"ticket.status-{ticket.status}")), ("card.priority", _priority(ticket))]
    body, own, said = "", [], []
    if not context.ask.is_public:
        owner = await tickets.assignee_name(context.session, ticket)
        pairs += [
            ("card.contact", await contact_name(context, ticket.contact_id)),
            ("card.assignee", owner),
            ("card.opened", ticket.created_at),
            await files_line(context, ticket),
        ]
        pairs += await _due(context, ticket) if is_for_team else []
        voicemail = await recordings.recording_of(context.session, ticket.id)
        if voicemail is not None:
            pairs.append(("card.voicemail", say("card.seconds", count=voicemail.duration_seconds or 0)))
            said = _voicemail(context, voicemail) if is_for_team else []
            if is_for_team and voicemail.unwritten is not None:
                pairs.append(("card.transcript", say(f"transcript.{voicemail.unwritten}")))
        call = await context.session.get(Call, ticket.call_id) if is_for_team and ticket.call_id is not None else None
        if call is not None:
            pairs.append(collected_line(context, call))
        pairs += await _beside(context, ticket) if is_for_team else []
        own = custom.pairs(context, context.company.ticket_fields, ticket.custom) if is_for_team else []
        body = await _body(context, ticket, is_for_team=is_for_team)
    choices: list[Choice] = []
    if is_for_team and not ticket.is_done:
        if ticket.assignee_id is None:
            choices.append(record_button(context, "button.claim", f"claim {ticket.ref}", ticket, is_primary=True))
        choices.append(record_button(context, "button.resolve", f"resolve {ticket.ref}", ticket))
        if ticket.contact_id is not None or ticket.call_id is not None:
            choices.append(record_button(context, "button.call", f"call back {ticket.ref}", ticket))
    elif is_for_team and ticket.merged_into_id is None:
        choices.append(record_button(context, "button.reopen", f"reopen {ticket.ref}", ticket))
    shown = fields(context, f"{ticket.ref} · {ticket.subject}", pairs, body)
    shown.pairs.extend(own)
    return [shown, *said, *row(choices)]


async def incident_card(context: Context, incident: Incident) -> list[Part]:
    joined = await incidents.members(context.session, incident.id)
    refs = ", ".join(ticket.ref for ticket in joined)
    pairs: list[Pair] = [("card.status", say(f"ticket.status-{incident.state}")), ("card.tickets", refs or None)]
    choices: list[Choice] = []
    if incident.state == IncidentState.OPEN:
        choices.append(record_button(context, "button.resolve", f"resolve {incident.ref}", incident))
    return [fields(context, f"{incident.ref} · {incident.title}", pairs), *row(choices)]


def _voicemail(context: Context, voicemail: Recording) -> list[Part]:
    """What a transcriber understood of it, as a part of its own: it is longer than what else a card says."""
    text = voicemail.transcript
    if text is None:
        return []
    cut = text if len(text) <= LONGEST_TRANSCRIPT else text[: LONGEST_TRANSCRIPT - 1] + "…"
    return [Fields(context.say("card.voicemail-said"), [], cut)]


async def _beside(context: Context, ticket: Ticket) -> list[Pair]:
    """Where it lies and what it hangs together with."""
    session, id = context.session, ticket.id
    waits_for, below = await links.blockers(session, id), await links.subtickets(session, id)
    merged, above, incident = ticket.merged_into_id, ticket.parent_id, ticket.incident_id
    calls = [references.ref("call", call) for call in await ticket_calls.calls_of(session, ticket)]
    return [
        ("card.queue", ticket.queue),
        ("card.tags", ", ".join(await tags.tags_of(session, id)) or None),
        ("card.snoozed", ticket.snoozed_until),
        ("card.merged-into", references.ref("ticket", merged) if merged is not None else None),
        ("card.part-of", references.ref("ticket", above) if above is not None else None),
        ("card.subtickets", ", ".join(one.ref for one in below) or None),
        ("card.blocked-by", ", ".join(one.ref for one in waits_for) or None),
        ("card.calls", ", ".join(calls) or None),
        ("card.incident", references.ref("incident", incident) if incident is not None else None),
        ("card.watchers", ", ".join(await watchers.watchers(session, id)) or None),
    ]


async def _body(context: Context, ticket: Ticket, *, is_for_team: bool) -> str:
    """The team reads everything, the customer what was said to them."""
    said = await tickets.comments(context.session, ticket.id, limit=3, only_public=not is_for_team)
    steps = await checklist.steps(context.session, ticket.id) if is_for_team else []
    lines = [f"{'☑' if step.done_at else '☐'} {number}. {step.title}" for number, step in enumerate(steps, 1)]
    return "\n".join([ticket.description, *lines, *(_said(context, one) for one in reversed(said))]).strip()


def _said(context: Context, comment: TicketComment) -> str:
    if comment.is_public:
        return context.say("card.said-publicly", name=comment.author, text=comment.body)
    return f"{comment.author}: {comment.body}"


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
