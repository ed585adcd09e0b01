"""The SMS with a new PIN, in the customer's language."""

from __future__ import annotations

from crm_core.company import company_of
from crm_core.contacts import pins
from crm_core.contacts.contacts import Contact
from crm_core.db import Database
from crm_core.message import say
from intents import catalogue


async def with_new_pin(database: Database, contact_id: int) -> str | None:
    """The PIN holds from here on. None when there is nobody any more to whom it could be sent."""
    async with database.transaction() as session:
        pin = await pins.draw(session, contact_id)
        contact = await session.get(Contact, contact_id)
        company = company_of(session)
    if pin is None or contact is None:
        return None
    language = contact.language if contact.language in company.languages else company.language
    return catalogue.render(say("pin.text", company=company.name, pin=pin), language or company.language, company.zone)
