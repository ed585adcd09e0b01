"""Macros: replies that are given again and again, with what becomes of the ticket."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import references, rights
from crm_core.agents import Actor
from crm_core.company import PLACEHOLDER, Company, Macro, company_of
from crm_core.company.part import LocalText
from crm_core.contacts.contacts import Contact
from crm_core.errors import NotFound, Refused
from crm_core.support import replies, tickets
from crm_core.support.tickets import DONE, Ticket
from crm_core.support.ways import Way


@dataclass(frozen=True, slots=True)
class Filled:
    """A macro as it reads for one ticket. `changes`: what it would set that is different now; `way`: where it went."""

    key: str
    ticket: Ticket
    text: str
    changes: dict[str, str]
    way: Way | None = None


def find_macro(company: Company, name: str) -> tuple[str, Macro]:
    """In any case, with spaces or hyphens. Raises NotFound, which names them all."""
    key = "-".join(name.casefold().split())
    if key not in company.macros:
        raise NotFound("macro.unknown", text=name[:40], names=", ".join(company.macros) or None)
    return key, company.macros[key]


async def preview(session: AsyncSession, actor: Actor, name: str, ticket_id: int) -> Filled:
    """In the customer's language where the macro speaks it. Raises NotFound, and Refused when a name is missing."""
    rights.require(actor, "macro.read")
    ticket = cast("Ticket", await references.read(session, "ticket", ticket_id))
    return await _filled(session, actor, name, ticket)


async def apply(session: AsyncSession, actor: Actor, name: str, ticket_id: int, now: datetime) -> Filled:
    """Undo takes back what it set; what was said stays said. Raises Refused when it would do nothing."""
    rights.require(actor, "macro.apply")
    ticket = cast("Ticket", await references.lock(session, "ticket", ticket_id))
    filled = await _filled(session, actor, name, ticket)
    if not filled.text and not filled.changes:
        raise Refused("macro.changes-nothing", name=filled.key, ref=ticket.ref)
    if filled.changes.get("status") in DONE:
        tickets.refuse_when_incomplete(session, ticket)
    if filled.text:
        told = await replies.reply(session, actor, ticket_id, filled.text, now)
        filled = replace(filled, way=told.way)
    if filled.changes:
        was_done = ticket.is_done
        await tickets.change(session, actor, ticket, "ticket.macro-applied", now, **filled.changes)
        if ticket.is_done and not was_done:
            await tickets.ended(session, actor, ticket, now)
    return filled


def in_language(texts: LocalText, contact: Contact | None, company: Company) -> str:
    """In the customer's language, else in the house's own."""
    language = contact.language if contact is not None and contact.language in texts else company.language
    return texts.get(language or "", "")


def fill(template: str, company: Company, ticket: Ticket, contact: Contact | None, agent: str) -> str:
    """Raises Refused when a contact is named and there is none."""
    if contact is None and "contact.name" in PLACEHOLDER.findall(template):
        raise Refused("macro.no-contact", ref=ticket.ref)
    values = {
        "agent.name": agent,
        "company.name": company.name,
        "contact.name": contact.name if contact is not None else "",
        "ticket.ref": ticket.ref,
        "ticket.subject": ticket.subject,
    }
    return PLACEHOLDER.sub(lambda found: values[found[1]], template)


async def _filled(session: AsyncSession, actor: Actor, name: str, ticket: Ticket) -> Filled:
    company = company_of(session)
    key, macro = find_macro(company, name)
    contact = await session.get(Contact, ticket.contact_id) if ticket.contact_id is not None else None
    text = fill(in_language(macro.text, contact, company), company, ticket, contact, actor.name)
    wanted: dict[str, str | None] = {"status": macro.status, "priority": macro.priority}
    changes = {field: to for field, to in wanted.items() if to is not None and to != getattr(ticket, field)}
    return Filled(key, ticket, text, changes)
