"""People and companies: find, show, add, list."""

from __future__ import annotations

from crm_core import references
from crm_core.contacts import contacts, duplicates, search
from crm_core.contacts.contacts import Contact, Kind
from crm_core.errors import NotFound
from crm_core.message import Param
from intents import fields
from intents.cards.contacts import contact_card
from intents.commands.contacts.alike import described, pair_choices
from intents.commands.contacts.which import as_named, name_for, the_contact
from intents.registry import Context, button, buttons, command
from intents.reply import Choice, Choices, Part, Reply, Table
from intents.slots import ContactArg, ContactRefArg, EmailArg, OrganisationArg, PhoneArg, TagArg, TitleArg

_PAGE = 15


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
    query = await as_named(context, contact)
    return await _found(context, query, list(await search.find_contacts(context.session, context.actor, query)))


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
    query = await as_named(context, contact)
    return await _found(context, query, list(await search.get_contact(context.session, context.actor, query)))


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
    return await _added(context, contact)


@command(
    "company.add",
    {
        "en": [
            "add company {name}",
            "(add|new|create) [a] [new] company [:] {name} [,|with|at] [phone|number] {phone}",
            "(add|new|create) [a] [new] company [:] {name}",
        ],
        "de": [
            "neue Firma {name}",
            "(neue firma|neues unternehmen|firma anlegen) [:] {name} [,|mit] [nummer|telefon] {phone}",
            "(neue firma|neues unternehmen|firma anlegen) [:] {name}",
        ],
    },
    changes=True,
)
async def add_company(context: Context, name: TitleArg, phone: PhoneArg | None = None) -> Reply:
    company = await contacts.add_contact(
        context.session, context.actor, name=name, kind=Kind.COMPANY, phone=phone, now=context.now
    )
    return await _added(context, company)


@command(
    "contact.list",
    {
        "en": [
            "contacts",
            "(list|show) [me] [all] [the] (contacts|customers)",
            "(contacts|more contacts) after {last}",
        ],
        "de": [
            "Kontakte",
            "(zeige|zeig|zeigen sie|liste) [mir] [alle] [die] (kontakte|kunden)",
            "(kontakte|weitere kontakte) nach {last}",
        ],
    },
)
async def list_all(context: Context, last: ContactRefArg | None = None) -> Reply:
    seen = await references.read(context.session, "contact", last) if last is not None else None
    after = (seen.sort_name, seen.id) if isinstance(seen, Contact) else None
    found = await contacts.list_contacts(context.session, context.actor, after=after, limit=_PAGE + 1)
    return await listed(context, "contact.list", list(found[:_PAGE]), has_more=len(found) > _PAGE)


@command(
    "contact.members",
    {
        "en": ["who works at {contact}", "(who is|people|everybody|contacts|branches) (at|of) {contact}"],
        "de": [
            "wer arbeitet bei {contact}",
            "(wer ist|leute|mitarbeiter|kontakte|standorte|ansprechpartner) (bei|von) {contact}",
        ],
    },
)
async def list_members(context: Context, contact: ContactArg) -> Reply:
    company = await the_contact(context, contact)
    found = await contacts.members(context.session, context.actor, company.id, limit=_PAGE)
    return await listed(context, "contact.members", list(found), name=name_for(context, company))


@command(
    "contact.tagged",
    {
        "en": ["contacts tagged {tag}", "(who is|everybody|all contacts|contacts|customers) tagged [as|with] {tag}"],
        "de": [
            "Kontakte mit Tag {tag}",
            "(wer ist|alle kontakte|kontakte|kunden) (markiert als|mit tag|mit der markierung|markiert mit) {tag}",
        ],
    },
)
async def list_tagged(context: Context, tag: TagArg) -> Reply:
    found = await search.find_contacts(context.session, context.actor, f"#{tag.lstrip('#')}", limit=_PAGE)
    return await listed(context, "contact.list-tagged", list(found), tag=tag.lstrip("#"))


async def listed(context: Context, id: str, found: list[Contact], *, has_more: bool = False, **params: Param) -> Reply:
    if context.ask.is_public:
        return context.reply("public.found", count=len(found))
    refs = [contact.ref for contact in found]
    rows = [
        [contact.ref, contact.name, await contacts.organisation_name(context.session, contact) or "–"]
        for contact in found
    ]
    columns = [context.say(label) for label in ("card.contact", "card.name", "card.company")]
    parts: list[Part] = [Table(columns, rows)] if rows else []
    if has_more:
        parts.append(buttons(button(context, "button.more", f"contacts after {refs[-1]}")))
    names = ", ".join(contact.name for contact in found)
    return context.reply(id, *parts, shown=refs, count=len(found), listed=names, **params)


async def _added(context: Context, contact: Contact) -> Reply:
    """With what offhook.yml requires of it."""
    reply = await _stored(context, contact)
    lacking = fields.missing(context, context.company.contact_fields, contact.kind, contact.ref, contact.custom)
    return reply.also(lacking) if lacking is not None else reply


async def _stored(context: Context, contact: Contact) -> Reply:
    """With those it may be already."""
    alike = await duplicates.duplicates_of(context.session, context.actor, contact)
    parts = await contact_card(context, contact)
    if alike and not context.ask.is_public:
        parts = [*parts, *pair_choices(context, alike[:3])]
        others = ", ".join(described(context, pair, contact) for pair in alike[:3])
        return context.reply(
            "contact.added-alike", *parts, shown=[contact.ref], name=contact.name, ref=contact.ref, others=others
        )
    return context.reply("contact.added", *parts, shown=[contact.ref], name=contact.name, ref=contact.ref)


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
