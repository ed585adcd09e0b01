"""By kind, which records have served their time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, exists, or_, select

from crm_core.activity import Activity
from crm_core.callcenter.call_lists import CallList, ListState
from crm_core.callcenter.callees import Callee, CalleeState
from crm_core.callcenter.calls import Call
from crm_core.callcenter.recordings import Recording
from crm_core.callcenter.states import FINAL
from crm_core.contacts.contacts import Contact
from crm_core.conversation import Conversation
from crm_core.db import Base
from crm_core.inbox import Receipt
from crm_core.lease import State
from crm_core.misunderstood import Misunderstood
from crm_core.outbox import Effect
from crm_core.privacy.privacy import ERASED
from crm_core.projects.tasks import Task
from crm_core.sales.deals import Deal
from crm_core.sales.stages import Stage
from crm_core.support.tickets import DONE, Ticket

# In this order a table's own time says when something of a person was last touched.
_TOUCHED = ("updated_at", "at", "created_at")
_NO_ACTIVITY = frozenset({"contact_token", "legal_hold"})


@dataclass(frozen=True, slots=True)
class Rule:
    """`kind` as offhook.yml names it; `over` are the rows that go, given the moment before which they were last used.

    `is_in_order`: rows come in the order of their time, so that the first young one ends the search.
    """

    kind: str
    model: Any
    time: str
    over: Callable[[datetime], ColumnElement[bool]]
    batch: int = 100
    is_in_order: bool = False

    @property
    def table(self) -> Table:
        return Base.metadata.tables[self.model.__tablename__]

    @property
    def born(self) -> Column[Any]:
        return self.table.c[self.time]


def _idle(cutoff: datetime) -> ColumnElement[bool]:
    """Nothing of theirs was touched since, whatever the table, and nothing of theirs is open."""
    touched = [
        exists(select(1).where(column == Contact.id, table.c[time] >= cutoff))
        for table, column in _of_contacts()
        if (time := next((name for name in _TOUCHED if name in table.c), None)) is not None
    ]
    is_open = [
        exists(select(1).where(Ticket.contact_id == Contact.id, Ticket.status.not_in(DONE))),
        exists(select(1).where(Deal.contact_id == Contact.id, Deal.stage_id == Stage.id, Stage.outcome == "open")),
        exists(select(1).where(Task.contact_id == Contact.id, Task.finished_at.is_(None))),
        exists(
            select(1).where(
                Callee.contact_id == Contact.id,
                Callee.state == CalleeState.OPEN,
                Callee.list_id == CallList.id,
                CallList.state != ListState.CLOSED,
            )
        ),
    ]
    return and_(Contact.updated_at < cutoff, Contact.name != ERASED, ~or_(*touched, *is_open))


def _of_contacts() -> list[tuple[Table, Column[Any]]]:
    return [
        (table, key.parent)
        for table in Base.metadata.sorted_tables
        if table.name not in _NO_ACTIVITY
        for key in table.foreign_keys
        if key.column.table.name == "contact" and table.name != "contact"
    ]


# What depends on other kinds comes after them: whoever has no tickets and calls any more may have no activity either.
RULES = (
    Rule(
        "recordings", Recording, "created_at", lambda cutoff: Recording.created_at < cutoff, batch=50, is_in_order=True
    ),
    Rule(
        "calls",
        Call,
        "started_at",
        lambda cutoff: and_(Call.updated_at < cutoff, Call.started_at < cutoff, Call.state.in_(FINAL)),
        is_in_order=True,
    ),
    Rule(
        "tickets",
        Ticket,
        "created_at",
        lambda cutoff: and_(Ticket.updated_at < cutoff, Ticket.status.in_(DONE)),
    ),
    Rule(
        "deals",
        Deal,
        "created_at",
        lambda cutoff: and_(
            Deal.updated_at < cutoff, Deal.stage_id.in_(select(Stage.id).where(Stage.outcome.in_(["won", "lost"])))
        ),
    ),
    Rule(
        "call-lists",
        CallList,
        "created_at",
        lambda cutoff: and_(CallList.updated_at < cutoff, CallList.state == ListState.CLOSED),
        batch=5,
    ),
    Rule("tasks", Task, "created_at", lambda cutoff: and_(Task.updated_at < cutoff, Task.finished_at < cutoff)),
    Rule(
        "receipts",
        Receipt,
        "created_at",
        lambda cutoff: and_(Receipt.created_at < cutoff, Receipt.state != State.PENDING),
        is_in_order=True,
    ),
    Rule(
        "effects",
        Effect,
        "created_at",
        lambda cutoff: and_(Effect.created_at < cutoff, Effect.state != State.PENDING),
        is_in_order=True,
    ),
    Rule("conversations", Conversation, "updated_at", lambda cutoff: Conversation.updated_at < cutoff),
    Rule("misunderstood", Misunderstood, "first_at", lambda cutoff: Misunderstood.last_at < cutoff),
    Rule("history", Activity, "at", lambda cutoff: Activity.at < cutoff, is_in_order=True),
    Rule("contacts-without-activity", Contact, "created_at", _idle, batch=5),
)
