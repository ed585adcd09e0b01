"""Text messages with a contact: write one, read the thread."""

from __future__ import annotations

from crm_core.contacts import texts
from crm_core.contacts.texts import TextMessage
from intents.commands.contacts.which import name_for, the_contact
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import ContactArg, TextArg


@command(
    "contact.text",
    {
        "en": [
            "text {contact} : {text}",
            "(text|sms|send [a] text to|send an sms to) {contact} : {text}",
            "(text|sms) [to] {contact}",
        ],
        "de": [
            "SMS an {contact} : {text}",
            "(sms|kurznachricht|schreibe eine sms|schreiben sie eine sms) an {contact} : {text}",
            "(sms|kurznachricht) an {contact}",
        ],
    },
    changes=True,
)
async def write(context: Context, contact: ContactArg, text: TextArg) -> Reply:
    found = await the_contact(context, contact)
    await texts.write(context.session, context.actor, found.id, text, context.now)
    return context.reply("text.sent", shown=[found.ref], name=name_for(context, found))


@command(
    "contact.texts",
    {
        "en": ["texts with {contact}", "[show] [the] (texts|sms) (with|of|from) {contact}"],
        "de": ["SMS mit {contact}", "[zeige] [die] (sms|kurznachrichten) (mit|von) {contact}"],
    },
)
async def thread(context: Context, contact: ContactArg) -> Reply:
    found = await the_contact(context, contact)
    name = name_for(context, found)
    written = list(reversed(await texts.thread(context.session, context.actor, found.id)))
    if context.ask.is_public:
        return context.reply("public.found", count=len(written))
    if not written:
        return context.reply("text.thread-none", shown=[found.ref], name=name)
    rows = [_row(context, message) for message in written]
    columns = [context.say(label) for label in ("card.when", "card.name", "card.text", "card.state")]
    listed = "; ".join(f"{row[1]}: {row[2]}" for row in rows)
    return context.reply(
        "text.thread", Table(columns, rows), shown=[found.ref], name=name, count=len(rows), listed=listed
    )


def _row(context: Context, message: TextMessage) -> list[str]:
    state = context.say(f"text.state-{message.state}")
    return [context.shown_as(message.at), message.author, message.body, state]
