"""The card of a contact."""

from __future__ import annotations

from crm_core import phones, references
from crm_core.contacts import contacts, numbers
from crm_core.contacts.contacts import Contact
from crm_core.support import tickets
from intents.cards.layout import Pair, fields, row
from intents.registry import Context
from intents.reply import Choice, Fields, Part


async def contact_card(context: Context, contact: Contact) -> list[Part]:
    """In a public place: nothing but the reference."""
    ref = references.ref("contact", contact.id)
    if context.ask.is_public:
        return [Fields(ref, [], context.say("public.ask-privately"))]
    owned = await numbers.numbers_of(context.session, contact.id)
    theirs = await tickets.tickets_of(context.session, contact.id)
    pairs: list[Pair] = [
        ("card.company", await contacts.organisation_name(context.session, contact)),
        ("card.phone", ", ".join(phones.shown(number.e164) for number in owned) or None),
        ("card.email", contact.email),
        ("card.language", contact.language),
        ("card.open-tickets", ", ".join(ticket.ref for ticket in theirs) or None),
    ]
    choices = [Choice(f"{ticket.ref} {ticket.subject}"[:60], f"show {ticket.ref}") for ticket in theirs[:5]]
    return [fields(context, f"{ref} · {contact.name}", pairs), *row(choices)]
