"""Incidents: many tickets with one cause, answered and resolved together."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import CheckConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from crm_core import activity, references, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.contacts.contacts import Contact
from crm_core.db import Record
from crm_core.errors import Invalid, Refused
from crm_core.support import replies, tickets
from crm_core.support.replies import Told
from crm_core.support.tickets import Ticket

MOST_TICKETS = 200
LONGEST_TITLE = 200


class IncidentState(enum.StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class Incident(Record):
    __tablename__ = "incident"

    title: Mapped[str]
    state: Mapped[str]
    __table_args__ = (
        CheckConstraint("state IN ('open', 'resolved')", name="state"),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("incident", self.id)


async def open_incident(
    session: AsyncSession, actor: Actor, ticket_ids: Sequence[int], now: datetime, *, title: str
) -> Incident:
    """One step for undo."""
    rights.require(actor, "incident.open")
    if not title.strip() or len(title) > LONGEST_TITLE:
        raise Invalid("text.too-long", limit=LONGEST_TITLE)
    incident = Incident(title=title.strip(), state=IncidentState.OPEN, version=1, created_at=now, updated_at=now)
    session.add(incident)
    await session.flush()
    with activity.together(session):
        await activity.created(session, actor, incident, "incident.opened", now)
        for ticket_id in sorted(set(ticket_ids)):
            await _join(session, actor, incident, ticket_id, now)
    return incident


async def add(
    session: AsyncSession, actor: Actor, incident_id: int, ticket_ids: Sequence[int], now: datetime
) -> Incident:
    rights.require(actor, "incident.open")
    incident = await _locked(session, incident_id)
    if len(await members(session, incident_id)) + len(ticket_ids) > MOST_TICKETS:
        raise Refused("ticket.too-many", limit=MOST_TICKETS)
    with activity.together(session):
        for ticket_id in sorted(set(ticket_ids)):
            await _join(session, actor, incident, ticket_id, now)
    return incident


async def members(session: AsyncSession, incident_id: int) -> Sequence[Ticket]:
    found = await session.scalars(
        select(Ticket).where(Ticket.incident_id == incident_id).order_by(Ticket.id).limit(MOST_TICKETS)
    )
    return found.all()


async def reply_to_all(
    session: AsyncSession, actor: Actor, incident_id: int, texts: Mapping[str, str], now: datetime
) -> list[Told]:
    """`texts` by language: everybody is told in their own where it is there. Those that are done are left alone."""
    rights.require(actor, "incident.reply")
    incident = await _locked(session, incident_id)
    told = await _tell(session, actor, incident, texts, now)
    await activity.record(session, actor, "incident.replied", "incident", incident.id, now, {"tickets": len(told)})
    return told


async def resolve(
    session: AsyncSession, actor: Actor, incident_id: int, texts: Mapping[str, str], now: datetime
) -> list[Told]:
    """Everybody is told, and every ticket of it is resolved. What was sent stays sent: undo opens tickets singly."""
    rights.require(actor, "incident.resolve")
    incident = await _locked(session, incident_id)
    told = await _tell(session, actor, incident, texts, now)
    for sent in told:
        await tickets.resolve(session, actor, sent.ticket.id, now)
    incident.state = IncidentState.RESOLVED
    incident.version += 1
    incident.updated_at = now
    await session.flush()
    await activity.record(session, actor, "incident.resolved", "incident", incident.id, now, {"tickets": len(told)})
    return told


async def _tell(
    session: AsyncSession, actor: Actor, incident: Incident, texts: Mapping[str, str], now: datetime
) -> list[Told]:
    told = []
    for ticket in await members(session, incident.id):
        if not ticket.is_done:
            text = await _text_for(session, ticket, texts)
            told.append(await replies.reply(session, actor, ticket.id, text, now))
    return told


async def _text_for(session: AsyncSession, ticket: Ticket, texts: Mapping[str, str]) -> str:
    contact = await session.get(Contact, ticket.contact_id) if ticket.contact_id is not None else None
    spoken = (contact.language if contact is not None else None) or company_of(session).language
    return texts.get(spoken) or next(iter(texts.values()))


async def _join(session: AsyncSession, actor: Actor, incident: Incident, ticket_id: int, now: datetime) -> None:
    ticket = await tickets.locked(session, ticket_id)
    if ticket.incident_id == incident.id:
        raise Refused("incident.already-in", ref=ticket.ref, incident=incident.ref)
    ticket.refuse_when_done()
    await tickets.change(session, actor, ticket, "ticket.joined-incident", now, incident_id=incident.id)


async def _locked(session: AsyncSession, incident_id: int) -> Incident:
    incident = cast("Incident", await references.lock(session, "incident", incident_id))
    if incident.state == IncidentState.RESOLVED:
        raise Refused("incident.already-resolved", ref=incident.ref)
    return incident
