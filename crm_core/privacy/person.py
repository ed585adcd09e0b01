"""Who a person is to the house: what ties rows to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.callcenter.callees import Callee
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.company import company_of
from crm_core.contacts.chat_identities import identities_of
from crm_core.contacts.consents import Consent
from crm_core.contacts.contacts import Contact
from crm_core.contacts.emails import emails_of
from crm_core.contacts.numbers import PhoneNumber
from crm_core.files import File
from crm_core.projects.checklists import TaskItem
from crm_core.projects.hours import Hours
from crm_core.projects.projects import Project
from crm_core.projects.tasks import Task
from crm_core.sales.appointments import Appointment
from crm_core.sales.deals import Deal
from crm_core.sales.quotes import Quote, QuoteLine
from crm_core.support.checklist import TicketStep
from crm_core.support.satisfaction import Satisfaction
from crm_core.support.tags import TicketTag
from crm_core.support.tickets import Ticket, TicketComment

SHORTEST_WORD = 4
SHORTEST_NUMBER = 6


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
    projects: list[int] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    callees: list[int] = field(default_factory=list)
    legs: list[int] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    accounts: list[tuple[str, str]] = field(default_factory=list)
    quotes: list[int] = field(default_factory=list)
    appointments: list[int] = field(default_factory=list)
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
        projects=await _ids(session, Project, contact.id),
        calls=[call.id for call in calls],
        callees=await _ids(session, Callee, contact.id),
        legs=await _legs(session, [call.id for call in calls]),
        appointments=await _ids(session, Appointment, contact.id),
        consents=await _ids(session, Consent, contact.id),
        sids=[call.sid for call in calls if call.sid is not None],
    )
    about.quotes = list(await session.scalars(select(Quote.id).where(Quote.deal_id.in_(about.deals))))
    about.files = list(await session.scalars(select(File.id).where(_on_theirs(File, about))))
    about.emails = [email.address for email in await emails_of(session, contact.id)]
    about.accounts = [(known.channel, known.external_id) for known in await identities_of(session, contact.id)]
    mails = [spelling for address in about.emails for spelling in (address, address.lower())]
    about.words = sorted({*_named(contact), *mails, *alone, *await _written(session, about)})
    return about


def _named(contact: Contact) -> list[str]:
    parts = [part for part in contact.name.split() if len(part) >= SHORTEST_WORD]
    return [contact.name, *parts]


async def _written(session: AsyncSession, about: Person) -> list[str]:
    """What was said about them, as it stands in the deliveries that brought it."""
    texts = [
        select(Ticket.subject).where(Ticket.id.in_(about.tickets)),
        select(Ticket.description).where(Ticket.id.in_(about.tickets)),
        select(TicketStep.title).where(TicketStep.ticket_id.in_(about.tickets)),
        select(TicketComment.body).where(TicketComment.ticket_id.in_(about.tickets)),
        select(Satisfaction.comment).where(Satisfaction.ticket_id.in_(about.tickets)),
        select(Deal.title).where(Deal.id.in_(about.deals)),
        select(Deal.next_step).where(Deal.id.in_(about.deals)),
        select(Deal.reason).where(Deal.id.in_(about.deals)),
        select(QuoteLine.text).where(QuoteLine.quote_id.in_(about.quotes)),
        select(Appointment.title).where(Appointment.id.in_(about.appointments)),
        select(Appointment.place).where(Appointment.id.in_(about.appointments)),
        select(Task.title).where(Task.id.in_(about.tasks)),
        select(TaskItem.text).where(TaskItem.task_id.in_(about.tasks)),
        select(Project.name).where(Project.id.in_(about.projects)),
        select(Hours.note).where(worked_on(about)),
        select(File.name).where(File.id.in_(about.files)),
        select(Consent.wording).where(Consent.id.in_(about.consents)),
        select(Call.note).where(Call.id.in_(about.calls)),
        select(Callee.note).where(Callee.id.in_(about.callees)),
    ]
    found = [text for query in texts for text in await session.scalars(query)]
    found += [*await _tags(session, about), *await _custom(session, about)]
    return [text for text in found if text and len(text) >= SHORTEST_WORD]


async def _custom(session: AsyncSession, about: Person) -> list[str]:
    """What stands in fields of the house's own. A choice, a day or a short number says nothing of anybody."""
    company = company_of(session)
    found: list[str] = []
    for model, ids, declared in (
        (Contact, [about.contact_id], company.contact_fields),
        (Ticket, about.tickets, company.ticket_fields),
        (Deal, about.deals, company.deal_fields),
    ):
        types = {field.key: field.type for field in declared}
        for custom in await session.scalars(select(model.custom).where(model.id.in_(ids))):
            found += [value for key, value in custom.items() if _tells(types.get(key, "text"), value)]
    return found


def _tells(kind: str, value: str) -> bool:
    return kind == "text" or (kind == "number" and len(value) >= SHORTEST_NUMBER)


async def _tags(session: AsyncSession, about: Person) -> list[str]:
    """Those that name them: `outage` is nobody's."""
    names = [part.casefold() for part in about.name.split() if len(part) >= SHORTEST_WORD]
    found = await session.scalars(select(TicketTag.tag).where(TicketTag.ticket_id.in_(about.tickets)).distinct())
    return [tag for tag in found if any(name in tag for name in names)]


def records(about: Person) -> dict[str, list[int]]:
    return {
        "contact": [about.contact_id],
        "deal": about.deals,
        "quote": about.quotes,
        "appointment": about.appointments,
        **_work(about),
    }


def _on_theirs(model: Any, about: Person) -> ColumnElement[bool]:
    """Of a table whose rows belong to a record of any kind."""
    return or_(false(), *(and_(model.kind == kind, model.record_id.in_(ids)) for kind, ids in records(about).items()))


def worked_on(about: Person) -> ColumnElement[bool]:
    return or_(false(), *(and_(Hours.kind == kind, Hours.record_id.in_(ids)) for kind, ids in _work(about).items()))


def _work(about: Person) -> dict[str, list[int]]:
    return {"ticket": about.tickets, "task": about.tasks, "project": about.projects, "call": about.calls}


async def _legs(session: AsyncSession, calls: list[int]) -> list[int]:
    return list(await session.scalars(select(CallLeg.id).where(CallLeg.call_id.in_(calls))))


async def _ids(session: AsyncSession, model: Any, contact_id: int) -> list[int]:
    return list(await session.scalars(select(model.id).where(model.contact_id == contact_id)))
