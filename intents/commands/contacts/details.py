"""What is known of a contact: fields, numbers, e-mails, chat accounts, tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_core import agents
from crm_core.contacts import changes, contacts
from crm_core.contacts.contacts import Contact
from crm_core.errors import Invalid
from crm_core.names import fold
from intents import fields
from intents.beside import and_who_else
from intents.cards.contacts import contact_card
from intents.commands.contacts.which import name_for, the_contact
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import AccountArg, ContactArg, EmailArg, FieldArg, MessengerArg, PhoneArg, TagArg, TextArg

_WORDS = {
    "name": ("name",),
    "title": ("title", "titel"),
    "salutation": ("salutation", "anrede"),
    "address_form": ("address form", "form of address", "anredeform"),
    "language": ("language", "sprache"),
    "organisation_id": ("company", "employer", "firma", "unternehmen"),
    "owner_id": ("owner", "betreuer", "zuständig"),
    "street": ("street", "strasse", "straße"),
    "postcode": ("postcode", "zip", "plz", "postleitzahl"),
    "city": ("city", "town", "ort", "stadt"),
    "time_zone": ("time zone", "zeitzone"),
    "region": ("region", "state", "bundesland"),
    "note": ("note", "notiz"),
}
_SALUTATIONS = {"mr": ("mr", "mr.", "herr"), "ms": ("ms", "ms.", "mrs", "mrs.", "frau")}
_FORMS = {"formal": ("formal", "sie"), "informal": ("informal", "du")}


@command(
    "contact.set",
    {
        "en": ["set {field} of {contact} to {text}", "(set|change) [the] {field} (of|for) {contact} (to|:) {text}"],
        "de": [
            "setze {field} von {contact} auf {text}",
            "(setze|setzen sie|ändere|ändern sie) [die|den|das] {field} (von|bei) {contact} (auf|in|zu|:) {text}",
        ],
    },
    changes=True,
)
async def set_field(context: Context, field: FieldArg, contact: ContactArg, text: TextArg) -> Reply:
    found = await the_contact(context, contact)
    name = _field(context, field)
    read = await _value(context, name, fields.value(text))
    changed = await contacts.change_contact(context.session, context.actor, found.id, context.now, {name: read})
    return await _changed(context, changed)


@command(
    "contact.add-number",
    {
        "en": ["add number {phone} to {contact}", "(add|new) [phone] number {phone} (to|for) {contact}"],
        "de": [
            "Nummer {phone} zu {contact}",
            "[neue] (nummer|telefonnummer) {phone} (zu|bei|für) {contact} [hinzufügen]",
        ],
    },
    changes=True,
)
async def add_number(context: Context, phone: PhoneArg, contact: ContactArg) -> Reply:
    found = await the_contact(context, contact)
    return await _changed(
        context, await changes.add_phone(context.session, context.actor, found.id, phone, context.now)
    )


@command(
    "contact.remove-number",
    {
        "en": ["remove number {phone} from {contact}", "(remove|delete) [phone] number {phone} (from|of) {contact}"],
        "de": ["Nummer {phone} von {contact} entfernen", "(nummer|telefonnummer) {phone} (von|bei) {contact} löschen"],
    },
    changes=True,
)
async def remove_number(context: Context, phone: PhoneArg, contact: ContactArg) -> Reply:
    found = await the_contact(context, contact)
    return await _changed(
        context, await changes.remove_phone(context.session, context.actor, found.id, phone, context.now)
    )


@command(
    "contact.add-email",
    {
        "en": ["add e-mail {email} to {contact}", "(add|new) (e-mail|email|mail) {email} (to|for) {contact}"],
        "de": ["E-Mail {email} zu {contact}", "[neue] (e-mail|email|mail) {email} (zu|bei|für) {contact} [hinzufügen]"],
    },
    changes=True,
)
async def add_email(context: Context, email: EmailArg, contact: ContactArg) -> Reply:
    found = await the_contact(context, contact)
    return await _changed(context, await changes.add_mail(context.session, context.actor, found.id, email, context.now))


@command(
    "contact.remove-email",
    {
        "en": [
            "remove e-mail {email} from {contact}",
            "(remove|delete) (e-mail|email|mail) {email} (from|of) {contact}",
        ],
        "de": ["E-Mail {email} von {contact} entfernen", "(e-mail|email|mail) {email} (von|bei) {contact} löschen"],
    },
    changes=True,
)
async def remove_email(context: Context, email: EmailArg, contact: ContactArg) -> Reply:
    found = await the_contact(context, contact)
    return await _changed(
        context, await changes.remove_mail(context.session, context.actor, found.id, email, context.now)
    )


@command(
    "contact.add-account",
    {
        "en": [
            "add {messenger} {account} to {contact}",
            "(add|new) [account] {messenger} [account] {account} (to|for) {contact}",
        ],
        "de": [
            "{messenger} {account} zu {contact}",
            "[neues] [konto] {messenger} [konto] {account} (zu|bei|für) {contact} [hinzufügen]",
        ],
    },
    changes=True,
)
async def add_account(context: Context, messenger: MessengerArg, account: AccountArg, contact: ContactArg) -> Reply:
    found = await the_contact(context, contact)
    return await _changed(
        context, await changes.add_account(context.session, context.actor, found.id, messenger, account, context.now)
    )


@command(
    "contact.remove-account",
    {
        "en": [
            "remove {messenger} {account} from {contact}",
            "(remove|delete) {messenger} [account] {account} (from|of) {contact}",
        ],
        "de": [
            "{messenger} {account} von {contact} entfernen",
            "{messenger} [konto] {account} (von|bei) {contact} (entfernen|löschen)",
        ],
    },
    changes=True,
)
async def remove_account(context: Context, messenger: MessengerArg, account: AccountArg, contact: ContactArg) -> Reply:
    found = await the_contact(context, contact)
    return await _changed(
        context, await changes.remove_account(context.session, context.actor, found.id, messenger, account, context.now)
    )


@command(
    "contact.tag",
    {
        "en": ["tag contact {contact} as {tag}", "tag (contact|customer) {contact} (as|with) {tag}"],
        "de": [
            "markiere Kontakt {contact} als {tag}",
            "(markiere|markieren sie) [den|die] (kontakt|kunde|kunden|kundin) {contact} (als|mit) {tag}",
        ],
    },
    changes=True,
)
async def tag_contact(context: Context, contact: ContactArg, tag: TagArg) -> Reply:
    found = await the_contact(context, contact)
    return await _changed(context, await changes.tag(context.session, context.actor, found.id, tag, context.now))


@command(
    "contact.untag",
    {
        "en": ["untag contact {contact} {tag}", "(untag contact|remove tag from contact) {contact} [:] {tag}"],
        "de": [
            "Markierung {tag} von {contact} entfernen",
            "(markierung|tag) {tag} (von|bei) {contact} (entfernen|löschen)",
        ],
    },
    changes=True,
)
async def untag_contact(context: Context, contact: ContactArg, tag: TagArg) -> Reply:
    found = await the_contact(context, contact)
    return await _changed(context, await changes.untag(context.session, context.actor, found.id, tag, context.now))


async def _changed(context: Context, contact: Contact) -> Reply:
    parts = await contact_card(context, contact)
    reply = context.reply(
        "contact.changed", *parts, shown=[contact.ref], name=name_for(context, contact), ref=contact.ref
    )
    return await and_who_else(context, reply, contact)


def _field(context: Context, said: str) -> str:
    """Raises Invalid with the fields there are."""
    wanted = fold(said)
    for name, words in _WORDS.items():
        if wanted in {fold(word) for word in words}:
            return name
    at = 1 if context.language == "de" else 0
    known = [words[min(at, len(words) - 1)] for words in _WORDS.values()]
    return fields.meant(context, context.company.contact_fields, said, known).key


async def _value(context: Context, name: str, said: str | None) -> Any:
    if said is None:
        return None
    match name:
        case "salutation":
            return _one_of(name, _SALUTATIONS, said)
        case "address_form":
            return _one_of(name, _FORMS, said)
        case "organisation_id":
            return (await contacts.the_company(context.session, context.actor, said, context.now)).id
        case "owner_id":
            return (await agents.find_agent(context.session, said)).id
        case _:
            return said


def _one_of(name: str, choices: Mapping[str, tuple[str, ...]], said: str) -> str:
    for value, words in choices.items():
        if said.casefold() in words:
            return value
    known = ", ".join(words[-1].capitalize() for words in choices.values())
    raise Invalid("field.no-choice", name=name, value=said[:40], choices=known)
