"""The card of a contact."""

from __future__ import annotations

from crm_core import phones, references
from crm_core.contacts import consents, contacts, do_not_call, numbers
from crm_core.contacts.contacts import Contact
from crm_core.support import tickets
from intents.cards.layout import Pair, fields, files_line, row
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
        ("card.consent", await _consent(context, contact.id, [number.e164 for number in owned])),
        await files_line(context, contact),
        ("card.open-tickets", ", ".join(ticket.ref for ticket in theirs) or None),
    ]
    choices = [Choice(f"{ticket.ref} {ticket.subject}"[:60], f"show {ticket.ref}") for ticket in theirs[:5]]
    return [fields(context, f"{ref} · {contact.name}", pairs), *row(choices)]


async def _consent(context: Context, contact_id: int, owned: list[str]) -> str | None:
    """What they agreed to and what they refused; None when they never said."""
    said = [
        context.say(
            "consent.yes" if consent.is_given else "consent.no",
            purpose=context.say(f"consent.purpose-{consent.purpose}"),
            channel=context.say(f"consent.channel-{consent.channel}"),
        )
        for consent in await consents.current(context.session, contact_id)
    ]
    if await do_not_call.among(context.session, owned):
        said.insert(0, context.say("do-not-call.line"))
    return ", ".join(said) or None
