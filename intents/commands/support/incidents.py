"""Incidents: many tickets with one cause."""

from __future__ import annotations

from collections import Counter
from typing import cast

from crm_core import references, rights
from crm_core.message import say
from crm_core.support import incidents
from crm_core.support.incidents import Incident
from crm_core.support.replies import Told
from intents import catalogue
from intents.cards.support import incident_card
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import IncidentArg, SomeTicketsArg, TextArg, TicketsArg

_MOST_NAMED = 10


@command(
    "incident.open",
    {
        "en": [
            "incident {tickets}",
            "incident {tickets} : {body}",
            "(open|new) [an] incident [for|with|:] {tickets}",
        ],
        "de": [
            "Störfall {tickets}",
            "störfall {tickets} : {body}",
            "(neuer störfall|störfall anlegen) [für|mit|:] {tickets}",
        ],
    },
    changes=True,
)
async def open_incident(context: Context, tickets: TicketsArg, body: TextArg | None = None) -> Reply:
    # Not one customer's words: the others' colleagues would read them.
    title = body or ", ".join(references.ref("ticket", id) for id in tickets[:_MOST_NAMED])
    incident = await incidents.open_incident(context.session, context.actor, tickets, context.now, title=title)
    return await _about(context, "incident.opened", incident, count=len(tickets))


@command(
    "incident.add",
    {"en": ["add {tickets} to {incident}"], "de": ["{tickets} zu {incident}", "{tickets} zu {incident} hinzufügen"]},
    changes=True,
)
async def add(context: Context, tickets: SomeTicketsArg, incident: IncidentArg) -> Reply:
    grown = await incidents.add(context.session, context.actor, incident, tickets, context.now)
    return await _about(context, "incident.grown", grown, count=len(tickets))


@command(
    "incident.reply",
    {
        "en": ["reply {incident} {body}", "(reply|reply to|tell everyone on) {incident} [:] {body}"],
        "de": ["antworte {incident} {body}", "(antworte|antwort zu|antworten sie auf) {incident} [:] {body}"],
    },
    changes=True,
)
async def reply(context: Context, incident: IncidentArg, body: TextArg) -> Reply:
    texts = dict.fromkeys(context.company.languages, body)
    told = await incidents.reply_to_all(context.session, context.actor, incident, texts, context.now)
    return await _told(context, "incident.replied", incident, told)


@command(
    "incident.resolve",
    {
        "en": ["resolve {incident}", "(resolve|solve|finish) {incident}", "resolve {incident} : {body}"],
        "de": ["{incident} lösen", "(löse|lösen sie|erledige) {incident}", "löse {incident} : {body}"],
    },
    changes=True,
)
async def resolve(context: Context, incident: IncidentArg, body: TextArg | None = None) -> Reply:
    """Without words of one's own everybody is told in their language that it is solved."""
    name, zone = context.company.name, context.company.zone
    texts = {
        language: body or catalogue.render(say("incident.solved", name=name), language, zone)
        for language in context.company.languages
    }
    told = await incidents.resolve(context.session, context.actor, incident, texts, context.now)
    return await _told(context, "incident.resolved", incident, told)


async def _told(context: Context, id: str, incident_id: int, told: list[Told]) -> Reply:
    """How many got it, and which ones somebody must still be told otherwise."""
    rights.require(context.actor, "incident.read")
    incident = cast("Incident", await references.read(context.session, "incident", incident_id))
    kept = ", ".join(one.ticket.ref for one in told if one.way is None)
    media = Counter(one.way.medium for one in told if one.way is not None)
    sent = ", ".join(f"{context.say(f'way.{medium}')} {count}" for medium, count in sorted(media.items()))
    return await _about(context, id, incident, count=len(told), sent=sent or "–", kept=kept or "–")


async def _about(context: Context, id: str, incident: Incident, **more: object) -> Reply:
    parts = await incident_card(context, incident)
    params = {"ref": incident.ref, "title": incident.title, **more}
    return context.reply(id, *parts, shown=[incident.ref], **params)  # type: ignore[arg-type]
