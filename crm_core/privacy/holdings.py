"""Where a person's data lies: every table is named here, as one that holds it or as one that holds none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Table, and_, cast, exists, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm_core.activity import Activity
from crm_core.callcenter.callees import Callee
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.company import company_of
from crm_core.contacts.chat_identities import identities_of
from crm_core.contacts.consents import Consent
from crm_core.contacts.contacts import Contact
from crm_core.contacts.emails import emails_of
from crm_core.contacts.numbers import PhoneNumber
from crm_core.contacts.tokens import ContactToken
from crm_core.db import Base
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

# Why no row of these is about a customer.
IMPERSONAL = {
    "absence": "colleagues",
    "agent": "colleagues",
    "agent_pin": "colleagues, by a hash",
    "article": "the knowledge of the house",
    "article_edition": "the knowledge of the house",
    "article_token": "the knowledge of the house",
    "appointment_agent": "which colleagues attend",
    "assignment_turn": "whose turn it is",
    "calendar_feed": "colleagues' calendars",
    "card": "where a record was posted, without its content",
    "digest_key": "the key of digests",
    "file_bytes": "contents by their digest: told and erased with the file that names them",
    "kept_evidence": "consents of erased people, without a name",
    "refused_text": "numbers that want no texts, by their digest: that outlives whose they were",
    "retention_run": "how much went in a night",
    "emergency": "what every caller was told",
    "erasure": "that something was erased, without what it was",
    "import_run": "how far files came, by their digest",
    "hold": "the hold on the outbox",
    "identity": "colleagues' accounts",
    "invite": "colleagues' invitations",
    "pipeline_sum": "sums of deals",
    "shift_change": "when colleagues work",
    "stage": "the pipeline",
    "ticket_view": "lists that colleagues saved",
    "offer": "which colleague was rung for which call",
    "project_member": "colleagues",
    "stopwatch": "colleagues, and the number of what they work on",
    "task_block": "which task waits for which",
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
        select(Hours.note).where(_worked_on(about)),
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


def holdings(about: Person) -> dict[str, ColumnElement[bool]]:
    """By table, which of its rows are about the person."""
    table = Base.metadata.tables
    tickets, calls = about.tickets, about.calls
    return {
        "activity": _timeline(about),
        "appointment": table["appointment"].c.id.in_(about.appointments),
        "blocked_number": table["blocked_number"].c.number.in_(about.numbers),
        "call": table["call"].c.id.in_(calls),
        "call_leg": table["call_leg"].c.call_id.in_(calls),
        "callee": table["callee"].c.contact_id == about.contact_id,
        # Made for many, but for one alone whose name it bears.
        "calllist": _bears(table["calllist"].c.name, about.name),
        "callback_request": or_(
            table["callback_request"].c.call_id.in_(calls), table["callback_request"].c.ticket_id.in_(tickets)
        ),
        "chat_identity": table["chat_identity"].c.contact_id == about.contact_id,
        # Buttons that were offered to them alone.
        "choice_token": _spoken_with(table["choice_token"].c.audience, about),
        "consent": table["consent"].c.contact_id == about.contact_id,
        "consent_use": table["consent_use"].c.contact_id == about.contact_id,
        "contact": table["contact"].c.id == about.contact_id,
        "contact_merge": _either(table["contact_merge"], about, "survivor_id", "merged_id"),
        "contact_pin": table["contact_pin"].c.contact_id == about.contact_id,
        "contact_tag": table["contact_tag"].c.contact_id == about.contact_id,
        "contact_token": table["contact_token"].c.contact_id == about.contact_id,
        "conversation": or_(
            table["conversation"].c.key.in_([f"phone:{call}" for call in calls]),
            _spoken_with(table["conversation"].c.key, about),
        ),
        "deal": table["deal"].c.id.in_(about.deals),
        "distinct_pair": _either(table["distinct_pair"], about, "lower_id", "higher_id"),
        "deal_contact": table["deal_contact"].c.contact_id == about.contact_id,
        "do_not_call": table["do_not_call"].c.number.in_(about.numbers),
        "effect": or_(
            table["effect"].c.address.in_([f"twilio:call-{call}" for call in calls]),
            table["effect"].c.address.in_([f"twilio:leg-{leg}" for leg in about.legs]),
            table["effect"].c.address.in_([f"twilio:text-{number}" for number in about.numbers]),
            _spoken_with(table["effect"].c.address, about),
            _mentions(table["effect"].c.payload, about.words),
        ),
        "email_address": table["email_address"].c.contact_id == about.contact_id,
        # Many share an incident: it is theirs when its title speaks of them.
        "incident": _mentions(table["incident"].c.title, about.words),
        "hours": _worked_on(about),
        "file": table["file"].c.id.in_(about.files),
        # Who may hear one of theirs just now.
        "listening": table["listening"].c.recording_id.in_(_recordings(about)),
        "legal_hold": table["legal_hold"].c.contact_id == about.contact_id,
        "phone_number": table["phone_number"].c.contact_id == about.contact_id,
        "project": table["project"].c.id.in_(about.projects),
        "queue_entry": table["queue_entry"].c.call_id.in_(calls),
        "quote": table["quote"].c.id.in_(about.quotes),
        "quote_link": table["quote_link"].c.quote_id.in_(about.quotes),
        "quote_line": table["quote_line"].c.quote_id.in_(about.quotes),
        "receipt": or_(
            table["receipt"].c.address.in_([f"twilio:{sid}" for sid in about.sids]),
            _mentions(table["receipt"].c.payload, [*about.words, *_senders(about)]),
        ),
        "recording": _recorded(table["recording"], about),
        "satisfaction": table["satisfaction"].c.ticket_id.in_(tickets),
        "task": table["task"].c.id.in_(about.tasks),
        "task_item": table["task_item"].c.task_id.in_(about.tasks),
        "ticket": table["ticket"].c.id.in_(tickets),
        "ticket_call": or_(table["ticket_call"].c.ticket_id.in_(tickets), table["ticket_call"].c.call_id.in_(calls)),
        "ticket_blocker": table["ticket_blocker"].c.ticket_id.in_(tickets),
        "ticket_comment": table["ticket_comment"].c.ticket_id.in_(tickets),
        "text_message": or_(
            table["text_message"].c.contact_id == about.contact_id, table["text_message"].c.number.in_(about.numbers)
        ),
        "token_variant": _only_theirs(about),
        "ticket_step": table["ticket_step"].c.ticket_id.in_(tickets),
        "ticket_tag": table["ticket_tag"].c.ticket_id.in_(tickets),
        "ticket_token": table["ticket_token"].c.ticket_id.in_(tickets),
        "ticket_watcher": table["ticket_watcher"].c.ticket_id.in_(tickets),
        "ticket_sla": table["ticket_sla"].c.ticket_id.in_(tickets),
        "transfer": table["transfer"].c.call_id.in_(calls),
    }


def _bears(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    return column.icontains(name, autoescape=True) if len(name) >= SHORTEST_WORD else false()


def _recorded(recording: Table, about: Person) -> ColumnElement[bool]:
    return or_(recording.c.call_id.in_(about.calls), recording.c.ticket_id.in_(about.tickets))


def _recordings(about: Person) -> Select[int]:
    recording = Base.metadata.tables["recording"]
    return select(recording.c.id).where(_recorded(recording, about))


def _either(table: Table, about: Person, *columns: str) -> ColumnElement[bool]:
    return or_(false(), *(table.c[column] == about.contact_id for column in columns))


def _only_theirs(about: Person) -> ColumnElement[bool]:
    """Words of the search that nobody else bears."""
    token, other = ContactToken, aliased(ContactToken)
    shared = exists().where(other.token == token.token, other.contact_id != about.contact_id)
    theirs = select(token.token).where(token.contact_id == about.contact_id, ~shared)
    return Base.metadata.tables["token_variant"].c.token.in_(theirs)


def _timeline(about: Person) -> ColumnElement[bool]:
    own = {**_records(about), "callee": about.callees, "consent": about.consents, "file": about.files}
    return or_(false(), *(and_(Activity.kind == kind, Activity.record_id.in_(ids)) for kind, ids in own.items()))


def _records(about: Person) -> dict[str, list[int]]:
    return {
        "contact": [about.contact_id],
        "deal": about.deals,
        "quote": about.quotes,
        "appointment": about.appointments,
        **_work(about),
    }


def _on_theirs(model: Any, about: Person) -> ColumnElement[bool]:
    """Of a table whose rows belong to a record of any kind."""
    return or_(false(), *(and_(model.kind == kind, model.record_id.in_(ids)) for kind, ids in _records(about).items()))


def _worked_on(about: Person) -> ColumnElement[bool]:
    return or_(false(), *(and_(Hours.kind == kind, Hours.record_id.in_(ids)) for kind, ids in _work(about).items()))


def _work(about: Person) -> dict[str, list[int]]:
    return {"ticket": about.tickets, "task": about.tasks, "project": about.projects, "call": about.calls}


def _mentions(payload: Any, words: Iterable[str]) -> ColumnElement[bool]:
    """SQLite keeps JSON with letters beyond ASCII escaped, PostgreSQL as they are."""
    text = cast(payload, String)
    spelled = {spelling for word in words for spelling in (word, json.dumps(word)[1:-1])}
    return or_(false(), *(text.contains(word, autoescape=True) for word in sorted(spelled)))


async def _legs(session: AsyncSession, calls: list[int]) -> list[int]:
    return list(await session.scalars(select(CallLeg.id).where(CallLeg.call_id.in_(calls))))


def _spoken_with(place: Any, about: Person) -> ColumnElement[bool]:
    """Their direct message (`telegram:5552`), and what they said elsewhere (`slack:C1:U012`)."""
    return or_(
        false(),
        *(and_(place.startswith(f"{channel}:"), place.endswith(f":{account}")) for channel, account in about.accounts),
    )


def _senders(about: Person) -> list[str]:
    """As deliveries name the account that wrote: Telegram's number is told from a longer one by what follows it."""
    return [
        spelling
        for channel, account in about.accounts
        for spelling in ([f'"id": {account}{end}' for end in ",}"] if channel == "telegram" else [account])
    ]


async def _ids(session: AsyncSession, model: Any, contact_id: int) -> list[int]:
    return list(await session.scalars(select(model.id).where(model.contact_id == contact_id)))


def table_of(name: str) -> Table:
    return Base.metadata.tables[name]
