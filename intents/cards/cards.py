"""Cards: a record drawn for a reply or a place, in one language, with the buttons that fit its state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import references
from crm_core.agents import SYSTEM, Agent
from crm_core.callcenter import board
from crm_core.callcenter.call_lists import CallList
from crm_core.callcenter.callees import Callee
from crm_core.callcenter.calls import Call
from crm_core.company import company_of
from crm_core.contacts.contacts import Contact
from crm_core.db import Record
from crm_core.message import Message
from crm_core.projects.hours import Hours
from crm_core.projects.projects import Project
from crm_core.projects.tasks import Task
from crm_core.sales.appointments import Appointment
from crm_core.sales.deals import Deal
from crm_core.sales.quotes import Quote
from crm_core.support.incidents import Incident
from crm_core.support.knowledge import Article
from crm_core.support.tickets import Ticket
from intents import catalogue
from intents.ask import Ask
from intents.cards.call_lists import call_list_card, callee_card
from intents.cards.callcenter import call_card
from intents.cards.colleagues import agent_card
from intents.cards.contacts import contact_card
from intents.cards.floor import drawn_floor
from intents.cards.layout import row
from intents.cards.projects import hours_card, project_card, task_card
from intents.cards.sales import appointment_card, deal_card, quote_card
from intents.cards.support import article_card, incident_card, ticket_card
from intents.registry import Context, button
from intents.reply import Fields, Part


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card for everybody in a place: `text` alone says it all."""

    text: str
    parts: list[Part]


async def draw(session: AsyncSession, kind: str, record_id: int, language: str, now: datetime) -> Drawn | None:
    """None when the record is gone (its opening was undone)."""
    context = _context(session, language, now)
    if kind == board.KIND:
        parts = await drawn_floor(context)
        return Drawn(in_words(parts), parts)
    record = await session.get(references.KINDS[kind].model, record_id)
    if record is None:
        return None
    parts = await card(context, record)
    return Drawn(in_words(parts), parts)


async def notice(session: AsyncSession, payload: dict[str, Any], now: datetime) -> Drawn | None:
    """A notice of crm_core.notices with the record's card; None when the record is gone."""
    kind, record_id, language = payload["kind"], payload["record"], payload["language"]
    drawn = await draw(session, kind, record_id, language, now)
    if drawn is None:
        return None
    told = Message(payload["id"], {"ref": references.ref(kind, record_id), **payload.get("params", {})})
    parts = [*drawn.parts, *await _way_back(session, payload, now)]
    return Drawn(catalogue.render(told, language, company_of(session).zone), parts)


async def _way_back(session: AsyncSession, payload: dict[str, Any], now: datetime) -> list[Part]:
    """For who was made away, as long as they are."""
    agent = await session.get(Agent, payload["record"]) if payload["kind"] == "agent" else None
    if agent is None or agent.presence_reason != "missed":
        return []
    return row([button(_context(session, payload["language"], now), "button.available", "available", primary=True)])


def _context(session: AsyncSession, language: str, now: datetime) -> Context:
    return Context(session, SYSTEM, Ask(channel="card", conversation="card", account=""), language, [], now)


async def card(context: Context, record: Record) -> list[Part]:
    match record:
        case Ticket():
            return await ticket_card(context, record)
        case Incident():
            return await incident_card(context, record)
        case Deal():
            return await deal_card(context, record)
        case Quote():
            return await quote_card(context, record)
        case Appointment():
            return await appointment_card(context, record)
        case Task():
            return await task_card(context, record)
        case Project():
            return await project_card(context, record)
        case Hours():
            return hours_card(context, record)
        case Contact():
            return await contact_card(context, record)
        case Article():
            return await article_card(context, record)
        case Call():
            return await call_card(context, record)
        case CallList():
            return await call_list_card(context, record)
        case Callee():
            return await callee_card(context, record)
        case Agent():
            return await agent_card(context, record)
        case _:
            raise TypeError(f"{type(record).__name__} has no card")


def in_words(parts: list[Part]) -> str:
    """The card as one spoken line."""
    fields = next(part for part in parts if isinstance(part, Fields))
    return ". ".join([fields.title, *(f"{label}: {value}" for label, value in fields.pairs)])
