"""Where a person's data lies: every table is named here, as one that holds it or as one that holds none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, String, Table, and_, cast, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.activity import Activity
from crm_core.callcenter.calls import Call
from crm_core.contacts.consents import Consent
from crm_core.contacts.contacts import Contact
from crm_core.contacts.numbers import PhoneNumber
from crm_core.db import Base
from crm_core.files import File
from crm_core.projects.tasks import Task
from crm_core.sales.deals import Deal
from crm_core.support.tickets import Ticket, TicketComment

SHORTEST_WORD = 4

# Why no row of these is about a customer.
IMPERSONAL = {
    "agent": "colleagues",
    "card": "where a record was posted, without its content",
    "choice_token": "words of buttons: commands and references",
    "file_bytes": "contents by their digest: told and erased with the file that names them",
    "kept_evidence": "consents of erased people, without a name",
    "retention_run": "how much went in a night",
    "erasure": "that something was erased, without what it was",
    "hold": "the hold on the outbox",
    "identity": "colleagues' accounts",
    "invite": "colleagues' invitations",
    "organisation": "companies",
    "stage": "the pipeline",
}


@dataclass(slots=True)
class Person:
    """What ties rows to them: their records' numbers, and the words by which deliveries and messages name them.

    The words are generous: an envelope of somebody else's that is emptied with them is no loss.
    """

    contact_id: int
    name: str
    words: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    tickets: list[int] = field(default_factory=list)
    deals: list[int] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    consents: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    sids: list[str] = field(default_factory=list)


async def person(session: AsyncSession, contact: Contact) -> Person:
    """Calls count as theirs when they came from a number that is theirs alone."""
    owned = list(await session.scalars(select(PhoneNumber.e164).where(PhoneNumber.contact_id == contact.id)))
    shared = set(
        await session.scalars(
            select(PhoneNumber.e164).where(PhoneNumber.e164.in_(owned), PhoneNumber.contact_id != contact.id)
        )
    )
    alone = [number for number in owned if number not in shared]
    theirs = or_(Call.contact_id == contact.id, and_(Call.contact_id.is_(None), Call.from_number.in_(alone)))
    calls = (await session.execute(select(Call.id, Call.sid).where(theirs))).all()
    about = Person(
        contact_id=contact.id,
        name=contact.name,
        words=[],
        numbers=alone,
        tickets=await _ids(session, Ticket, contact.id),
        deals=await _ids(session, Deal, contact.id),
        tasks=await _ids(session, Task, contact.id),
        calls=[call.id for call in calls],
        consents=await _ids(session, Consent, contact.id),
        sids=[call.sid for call in calls if call.sid is not None],
    )
    about.files = list(await session.scalars(select(File.id).where(_on_theirs(File, about))))
    about.words = sorted({*_named(contact), *alone, *await _written(session, about)})
    return about


def _named(contact: Contact) -> list[str]:
    parts = [part for part in contact.name.split() if len(part) >= SHORTEST_WORD]
    return [contact.name, *parts, *([contact.email] if contact.email else [])]


async def _written(session: AsyncSession, about: Person) -> list[str]:
    """What was said about them, as it stands in the deliveries that brought it."""
    texts = [
        select(Ticket.subject).where(Ticket.id.in_(about.tickets)),
        select(Ticket.description).where(Ticket.id.in_(about.tickets)),
        select(TicketComment.body).where(TicketComment.ticket_id.in_(about.tickets)),
        select(Deal.title).where(Deal.id.in_(about.deals)),
        select(Task.title).where(Task.id.in_(about.tasks)),
        select(File.name).where(File.id.in_(about.files)),
        select(Consent.wording).where(Consent.id.in_(about.consents)),
        select(Call.note).where(Call.id.in_(about.calls)),
    ]
    found = [text for query in texts for text in await session.scalars(query)]
    return [text for text in found if text and len(text) >= SHORTEST_WORD]


def holdings(about: Person) -> dict[str, ColumnElement[bool]]:
    """By table, which of its rows are about the person."""
    table = Base.metadata.tables
    tickets, calls = about.tickets, about.calls
    return {
        "activity": _timeline(about),
        "call": table["call"].c.id.in_(calls),
        "call_leg": table["call_leg"].c.call_id.in_(calls),
        "callback_request": or_(
            table["callback_request"].c.call_id.in_(calls), table["callback_request"].c.ticket_id.in_(tickets)
        ),
        "consent": table["consent"].c.contact_id == about.contact_id,
        "consent_use": table["consent_use"].c.contact_id == about.contact_id,
        "contact": table["contact"].c.id == about.contact_id,
        "contact_token": table["contact_token"].c.contact_id == about.contact_id,
        "conversation": table["conversation"].c.key.in_([f"phone:{call}" for call in calls]),
        "deal": table["deal"].c.id.in_(about.deals),
        "do_not_call": table["do_not_call"].c.number.in_(about.numbers),
        "effect": or_(
            table["effect"].c.address.in_([f"twilio:call-{call}" for call in calls]),
            _mentions(table["effect"].c.payload, about.words),
        ),
        "file": table["file"].c.id.in_(about.files),
        "legal_hold": table["legal_hold"].c.contact_id == about.contact_id,
        "phone_number": table["phone_number"].c.contact_id == about.contact_id,
        "queue_entry": table["queue_entry"].c.call_id.in_(calls),
        "receipt": or_(
            table["receipt"].c.address.in_([f"twilio:{sid}" for sid in about.sids]),
            _mentions(table["receipt"].c.payload, about.words),
        ),
        "recording": or_(table["recording"].c.call_id.in_(calls), table["recording"].c.ticket_id.in_(tickets)),
        "task": table["task"].c.id.in_(about.tasks),
        "ticket": table["ticket"].c.id.in_(tickets),
        "ticket_comment": table["ticket_comment"].c.ticket_id.in_(tickets),
    }


def _timeline(about: Person) -> ColumnElement[bool]:
    own = {**_records(about), "consent": about.consents, "file": about.files}
    return or_(false(), *(and_(Activity.kind == kind, Activity.record_id.in_(ids)) for kind, ids in own.items()))


def _records(about: Person) -> dict[str, list[int]]:
    return {
        "contact": [about.contact_id],
        "ticket": about.tickets,
        "deal": about.deals,
        "task": about.tasks,
        "call": about.calls,
    }


def _on_theirs(model: Any, about: Person) -> ColumnElement[bool]:
    """Of a table whose rows belong to a record of any kind."""
    return or_(false(), *(and_(model.kind == kind, model.record_id.in_(ids)) for kind, ids in _records(about).items()))


def _mentions(payload: Any, words: Iterable[str]) -> ColumnElement[bool]:
    """SQLite keeps JSON with letters beyond ASCII escaped, PostgreSQL as they are."""
    text = cast(payload, String)
    spelled = {spelling for word in words for spelling in (word, json.dumps(word)[1:-1])}
    return or_(false(), *(text.contains(word, autoescape=True) for word in sorted(spelled)))


async def _ids(session: AsyncSession, model: Any, contact_id: int) -> list[int]:
    return list(await session.scalars(select(model.id).where(model.contact_id == contact_id)))


def table_of(name: str) -> Table:
    return Base.metadata.tables[name]
