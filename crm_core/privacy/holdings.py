"""Where a person's data lies: every table is named here, as one that holds it or as one that holds none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Table, and_, cast, exists, false, or_, select
from sqlalchemy.orm import aliased

from crm_core.activity import Activity
from crm_core.contacts.tokens import ContactToken
from crm_core.db import Base
from crm_core.privacy.person import SHORTEST_WORD, Person, records, worked_on

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
    "misunderstood": "sentences of which only words stay that are nobody's",
    "offer": "which colleague was rung for which call",
    "project_member": "colleagues",
    "stopwatch": "colleagues, and the number of what they work on",
    "task_block": "which task waits for which",
}


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
        # Buttons that were offered to them alone, or name them.
        "choice_token": or_(
            _spoken_with(table["choice_token"].c.audience, about), _mentions(table["choice_token"].c.say, about.words)
        ),
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
            # What a colleague was about to do with them, or did last.
            _mentions(table["conversation"].c.dialogue, about.words),
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
            _spoken_with(table["effect"].c.address, about, before="rasa:"),
            _mentions(table["effect"].c.payload, about.words),
        ),
        "email_address": table["email_address"].c.contact_id == about.contact_id,
        # Many share an incident: it is theirs when its title speaks of them.
        "incident": _mentions(table["incident"].c.title, about.words),
        "hours": worked_on(about),
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
    own = {**records(about), "callee": about.callees, "consent": about.consents, "file": about.files}
    return or_(false(), *(and_(Activity.kind == kind, Activity.record_id.in_(ids)) for kind, ids in own.items()))


def _mentions(payload: Any, words: Iterable[str]) -> ColumnElement[bool]:
    """SQLite keeps JSON with letters beyond ASCII escaped, PostgreSQL as they are."""
    text = cast(payload, String)
    spelled = {spelling for word in words for spelling in (word, json.dumps(word)[1:-1])}
    return or_(false(), *(text.contains(word, autoescape=True) for word in sorted(spelled)))


def _spoken_with(place: Any, about: Person, before: str = "") -> ColumnElement[bool]:
    """Their direct message (`telegram:5552`), and what they said elsewhere (`slack:C1:U012`)."""
    return or_(
        false(),
        *(
            and_(place.startswith(f"{before}{channel}:"), place.endswith(f":{account}"))
            for channel, account in about.accounts
        ),
    )


def _senders(about: Person) -> list[str]:
    """As deliveries name the account that wrote: Telegram's number is told from a longer one by what follows it."""
    return [
        spelling
        for channel, account in about.accounts
        for spelling in ([f'"id": {account}{end}' for end in ",}"] if channel == "telegram" else [account])
    ]


def table_of(name: str) -> Table:
    return Base.metadata.tables[name]
