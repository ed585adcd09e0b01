"""The card of a contact."""

from __future__ import annotations

from crm_core import phones, references
from crm_core.agents import Agent
from crm_core.contacts import chat_identities, consents, contacts, do_not_call, emails, numbers, tags
from crm_core.contacts.contacts import Contact, Kind
from crm_core.message import Param, say
from crm_core.support import tickets
from intents import fields as custom
from intents.cards.layout import Pair, fields, files_line, record_button, row
from intents.registry import Context
from intents.reply import Choice, Fields, Part


async def contact_card(context: Context, contact: Contact) -> list[Part]:
    """In a public place: nothing but the reference."""
    ref = references.ref("contact", contact.id)
    if context.ask.is_public:
        return [Fields(ref, [], context.say("public.ask-privately"))]
    written = await emails.emails_of(context.session, contact.id)
    owned = await numbers.numbers_of(context.session, contact.id)
    theirs = await tickets.tickets_of(context.session, contact.id)
    owner = await context.session.get(Agent, contact.owner_id) if contact.owner_id is not None else None
    tagged = await tags.tags_of(context.session, contact.id)
    pairs: list[Pair] = [
        ("card.kind", say("contact.company") if contact.kind == Kind.COMPANY else None),
        ("card.salutation", _addressed(contact)),
        ("card.company", await contacts.organisation_name(context.session, contact)),
        ("card.phone", ", ".join(phones.shown(number.e164) for number in owned) or None),
        ("card.email", ", ".join(email.address for email in written) or None),
        ("card.chat", await _accounts(context, contact.id)),
        ("card.address", _address(contact)),
        ("card.language", contact.language),
        ("card.owner", owner.name if owner else None),
        ("card.tags", ", ".join(f"#{tag}" for tag in tagged) or None),
        ("card.consent", await _consent(context, contact.id, [number.e164 for number in owned])),
        await files_line(context, contact),
        ("card.open-tickets", ", ".join(ticket.ref for ticket in theirs) or None),
    ]
    shown = fields(context, f"{ref} · {contact.name}", pairs, contact.note or "")
    shown.pairs.extend(custom.pairs(context, context.company.contact_fields, contact.custom))
    choices = [record_button(context, "button.call", f"call {ref}", contact)] if owned else []
    choices += [Choice(f"{ticket.ref} {ticket.subject}"[:60], f"show {ticket.ref}") for ticket in theirs[:5]]
    return [shown, *row(choices)]


async def _accounts(context: Context, contact_id: int) -> str | None:
    known = await chat_identities.identities_of(context.session, contact_id)
    shown = [
        f"{context.say(f'chat.{one.channel}')} {one.external_id}" + (f" ({one.name})" if one.name else "")
        for one in known
    ]
    return ", ".join(shown) or None


def _address(contact: Contact) -> str | None:
    place = " ".join(part for part in (contact.postcode, contact.city) if part)
    return ", ".join(part for part in (contact.street, place) if part) or None


def _addressed(contact: Contact) -> Param:
    """Frau Dr., by Sie."""
    if contact.salutation is None and contact.address_form is None:
        return contact.title
    return say(
        f"contact.addressed-{contact.salutation or 'name'}-{contact.address_form or 'formal'}",
        title=contact.title or "",
    )


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
