"""Call somebody: a contact, a number, or whoever is behind a ticket, a deal or a call."""

from __future__ import annotations

from crm_core import phones, references
from crm_core.callcenter import callback_requests, callbacks, calling, outgoing
from crm_core.callcenter.calls import Call
from crm_core.contacts.contacts import Contact
from crm_core.errors import Invalid
from crm_core.support.tickets import Ticket
from intents import pointing
from intents.commands.callcenter import calling_lists
from intents.commands.callcenter.answers import about
from intents.commands.contacts import name_for, the_contact
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import CustomerArg, DialledArg, RecordArg


@command(
    "call.dial",
    {
        "en": ["call {contact}", "(phone|ring|dial) {contact}", "(give|give me) {contact} a (call|ring)", "call"],
        "de": ["{contact} anrufen", "(ruf|rufe|rufen sie) {contact} an", "[jemanden] anrufen"],
    },
    changes=True,
)
async def dial(context: Context, contact: CustomerArg) -> Reply:
    """An answer to the question whom to call may be a reference or a number as well."""
    if pointing.points(contact, "contact"):
        return await dial_record(context, _shown(context, contact))
    record = references.parse(contact)
    if record is not None:
        return await dial_record(context, record)
    if phones.e164(contact, context.company.country) is not None:
        return await dial_number(context, contact)
    person = await the_contact(context, contact)
    return await _dial(context, await calling.number_of(context.session, person), person)


@command(
    "call.dial-number",
    {
        "en": ["call {phone}", "(phone|ring|dial) {phone}"],
        "de": ["{phone} anrufen", "(ruf|rufe|rufen sie|wähle|wählen sie) {phone} [an]"],
    },
    changes=True,
)
async def dial_number(context: Context, phone: DialledArg) -> Reply:
    return await _dial(context, phone, None)


@command(
    "call.back",
    {
        "en": ["call back {record}", "(call|phone|ring) {record} [back]", "return {record}", "call back"],
        "de": [
            "{record} zurückrufen",
            "(ruf|rufe|rufen sie) {record} (zurück|an)",
            "{record} anrufen",
            "[jemanden] zurückrufen",
        ],
    },
    changes=True,
)
async def dial_record(context: Context, record: RecordArg) -> Reply:
    """Who wished to be called back at another number is called there."""
    if record[0] == "callee":
        return await calling_lists.dial(context, record[1])
    found = await references.read(context.session, *record)
    if isinstance(found, Ticket):
        wish = await callback_requests.of_ticket(context.session, found.id)
        if wish is not None:
            call = await callbacks.ring_back(context.session, context.actor, wish, context.now)
            return await _dialled(context, call)
        if found.contact_id is None and found.call_id is not None:
            found = await references.read(context.session, "call", found.call_id)
    contact = await _behind(context, found)
    if isinstance(found, Call):
        number = found.from_number if found.direction == "inbound" else found.to_number
        if number is not None:
            return await _dial(context, number, contact)
    if contact is None:
        raise Invalid("call.nobody-behind", ref=references.ref(*record))
    return await _dial(context, await calling.number_of(context.session, contact), contact)


async def _behind(context: Context, record: object) -> Contact | None:
    if isinstance(record, Contact):
        return record
    contact_id = getattr(record, "contact_id", None)
    return await context.session.get(Contact, contact_id) if contact_id is not None else None


async def _dial(context: Context, number: str, contact: Contact | None) -> Reply:
    call = await outgoing.dial(context.session, context.actor, number, context.now, contact=contact)
    return await _dialled(context, call)


async def _dialled(context: Context, call: Call) -> Reply:
    contact = await context.session.get(Contact, call.contact_id) if call.contact_id is not None else None
    return await about(context, "call.dialled", call, name=_name(context, call, contact))


def _name(context: Context, call: Call, contact: Contact | None) -> str:
    if contact is not None:
        return name_for(context, contact)
    is_shown = call.to_number is not None and not context.ask.is_public
    return phones.shown(call.to_number or "") if is_shown else context.say("phone.somebody")


def _shown(context: Context, words: str) -> tuple[str, int]:
    """Whatever was shown last has somebody behind it; in a list it is a contact that is pointed at."""
    found = pointing.meant(words, pointing.ANY, context.shown, context.listed)
    parsed = references.parse(found[0]) if found else None
    if parsed is None:
        raise Invalid("dialogue.which", kind="contact")
    return parsed
