"""Contacts: find, show, add."""

from __future__ import annotations

from crm_core import references
from crm_core.contacts import contacts
from crm_core.contacts.contacts import Contact
from crm_core.errors import NotFound, Refused
from intents.cards.contacts import contact_card
from intents.dialogue import Ambiguous
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import ContactArg, EmailArg, OrganisationArg, PhoneArg, TitleArg


@command(
    "contact.find",
    {
        "en": [
            "find {contact}",
            "(find|search|search for|look up|look for|who is|whose number is) [contact|customer] {contact}",
            "find [a] [contact|customer]",
        ],
        "de": [
            "suche {contact}",
            "(finde|suche|such|suchen sie|finden sie|wer ist) [kontakt|kunde|kundin|nach] {contact}",
            "{contact} (suchen|finden)",
            "[kontakt|kunden] (suche|suchen|finden)",
        ],
    },
)
async def find(context: Context, contact: ContactArg) -> Reply:
    return await _found(context, contact, list(await contacts.find_contacts(context.session, context.actor, contact)))


@command(
    "contact.show",
    {
        "en": [
            "show contact {contact}",
            "(show|open) [me] [the] (contact|customer) {contact}",
            "(contact|customer) {contact}",
        ],
        "de": [
            "zeige Kontakt {contact}",
            "(zeig|zeige|zeigen sie|öffne|öffnen sie) [mir] [den|die] (kontakt|kunde|kunden|kundin) {contact}",
            "(kontakt|kunde|kundin) {contact}",
        ],
    },
)
async def show(context: Context, contact: ContactArg) -> Reply:
    return await _found(context, contact, list(await contacts.get_contact(context.session, context.actor, contact)))


@command(
    "contact.add",
    {
        "en": [
            "add contact {name} {phone}",
            "(add|new|create) [a] [new] (contact|customer) [:] {name} [,|with|at] [phone|number] {phone}",
            "(add|new|create) [a] [new] (contact|customer) [:] {name} (from|of) {organisation} [,|with] {phone}",
            "(add|new|create) [a] [new] (contact|customer) [:] {name} (from|of) {organisation}",
            "(add|new|create) [a] [new] (contact|customer) [:] {name} [,|with] [e-mail|email] {email}",
            "(add|new|create) [a] [new] (contact|customer) [:] {name}",
            "(add|new|create) [a] [new] (contact|customer)",
        ],
        "de": [
            "neuer Kontakt {name} {phone}",
            "(neuer kontakt|neue kundin|neuer kunde|kontakt anlegen) [:] {name} [,|mit] [nummer|telefon] {phone}",
            "(neuer kontakt|neue kundin|neuer kunde|kontakt anlegen) [:] {name} (von|bei) {organisation} [,] {phone}",
            "(neuer kontakt|neue kundin|neuer kunde|kontakt anlegen) [:] {name} (von|bei) {organisation}",
            "(neuer kontakt|neue kundin|neuer kunde|kontakt anlegen) [:] {name} [,|mit] [e-mail|mail] {email}",
            "(neuer kontakt|neue kundin|neuer kunde|kontakt anlegen) [:] {name}",
            "(lege|lege einen|legen sie|legen sie einen) [neuen] kontakt an [:] {name} [,] {phone}",
            "(lege|lege einen|legen sie|legen sie einen) [neuen] kontakt an [:] {name}",
            "[einen] [neuen] (neuer kontakt|neue kundin|neuer kunde|kontakt anlegen)",
        ],
    },
    changes=True,
)
async def add(
    context: Context,
    name: TitleArg,
    phone: PhoneArg | None = None,
    organisation: OrganisationArg | None = None,
    email: EmailArg | None = None,
) -> Reply:
    contact = await contacts.add_contact(
        context.session,
        context.actor,
        name=name,
        phone=phone,
        organisation=organisation,
        email=email,
        now=context.now,
    )
    ref = references.ref("contact", contact.id)
    return context.reply(
        "contact.added", *await contact_card(context, contact), shown=[ref], name=contact.name, ref=ref
    )


async def the_contact(context: Context, query: str) -> Contact:
    """The one that is meant. Raises NotFound, or Ambiguous with the candidates."""
    candidates = list(await contacts.get_contact(context.session, context.actor, query))
    if not candidates:
        raise NotFound("contact.unknown", ref=query[:60])
    if len(candidates) > 1 and context.ask.is_public:
        raise Refused("public.found", count=len(candidates))
    if len(candidates) > 1:
        offered = [(candidate.name, references.ref("contact", candidate.id)) for candidate in candidates]
        raise Ambiguous("contact", query[:60], offered)
    return candidates[0]


def name_for(context: Context, contact: Contact) -> str:
    """In a public place nobody is named."""
    return context.say("public.somebody") if context.ask.is_public else contact.name


async def _found(context: Context, query: str, found: list[Contact]) -> Reply:
    if not found:
        raise NotFound("contact.unknown", ref=query[:60])
    refs = [references.ref("contact", contact.id) for contact in found]
    if len(found) == 1:
        parts = await contact_card(context, found[0])
        return context.reply("contact.shown", *parts, shown=refs, name=name_for(context, found[0]), ref=refs[0])
    if context.ask.is_public:
        return context.reply("public.found", shown=refs, count=len(found))
    rows = [
        [ref, contact.name, await contacts.organisation_name(context.session, contact) or "–"]
        for ref, contact in zip(refs, found, strict=True)
    ]
    columns = [context.say(label) for label in ("card.contact", "card.name", "card.company")]
    choices = Choices([Choice(contact.name, f"show contact {ref}") for ref, contact in zip(refs, found, strict=True)])
    names = ", ".join(contact.name for contact in found)
    return context.reply("contact.found", Table(columns, rows), choices, shown=refs, count=len(found), names=names)
