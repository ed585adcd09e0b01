"""The PIN of a contact: set, never shown."""

from __future__ import annotations

from crm_core import phones, references
from crm_core.contacts import pins
from intents.commands.contacts.which import name_for, the_contact
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import ContactArg


@command(
    "contact.set-pin",
    {
        "en": [
            "set pin for {contact}",
            "(set|make|send|renew|reset) [a|the] [new] pin (for|of|to) {contact}",
            "new pin for {contact}",
        ],
        "de": [
            "PIN für {contact} setzen",
            "[neue] pin (für|von|an) {contact} (setzen|vergeben|senden|schicken|erneuern)",
            "(setze|setzen sie|vergib|schicke|schicken sie) [eine] [neue] pin (für|an) {contact}",
            "neue pin für {contact}",
        ],
    },
    changes=True,
)
async def set_pin(context: Context, contact: ContactArg) -> Reply:
    person = await the_contact(context, contact)
    number = await pins.set_pin(context.session, context.actor, person.id, context.now)
    ref = references.ref("contact", person.id)
    if context.ask.is_public:
        return context.reply("pin.is-sent", shown=[ref], ref=ref)
    return context.reply(
        "pin.is-sent-to", shown=[ref], name=name_for(context, person), ref=ref, number=phones.shown(number)
    )
