"""Contacts that may be one: show, merge, keep apart."""

from __future__ import annotations

from crm_core.contacts import contacts, duplicates, merges
from crm_core.contacts.contacts import Contact
from crm_core.contacts.duplicates import Duplicate
from intents.cards.contacts import contact_card
from intents.commands.contacts.which import the_contact
from intents.registry import Context, command
from intents.reply import Choice, Choices, Part, Reply, Table
from intents.slots import ContactArg, ContactRefArg

_SHOWN = 10


@command(
    "contact.duplicates",
    {
        "en": ["duplicates", "(show|find|list) [me] [all] duplicates", "(duplicates|doubles) of {contact}"],
        "de": [
            "Dubletten",
            "(zeige|zeig|zeigen sie|finde|suche) [mir] [alle] dubletten",
            "dubletten (von|zu) {contact}",
        ],
    },
)
async def show_duplicates(context: Context, contact: ContactArg | None = None) -> Reply:
    if contact is None:
        pairs = await duplicates.sweep(context.session, context.actor, limit=_SHOWN)
    else:
        one = await the_contact(context, contact)
        pairs = await duplicates.duplicates_of(context.session, context.actor, one)
    if context.ask.is_public:
        return context.reply("public.found", count=len(pairs))
    if not pairs:
        return context.reply("contact.no-duplicates")
    rows = [[_name(pair.first), _name(pair.second), reasons(context, pair)] for pair in pairs]
    columns = [context.say(label) for label in ("contact.one", "contact.other", "contact.why")]
    listed = "; ".join(f"{row[0]} – {row[1]} ({row[2]})" for row in rows)
    parts: list[Part] = [Table(columns, rows), *pair_choices(context, pairs[:3])]
    shown = [contact.ref for pair in pairs for contact in (pair.first, pair.second)]
    return context.reply("contact.duplicates", *parts, shown=shown, count=len(pairs), listed=listed)


@command(
    "contact.merge",
    {
        "en": ["merge {merged} into {survivor}", "merge [contact|contacts] {merged} (into|with|and) {survivor}"],
        "de": [
            "{merged} mit {survivor} zusammenführen",
            "[kontakt|kontakte] {merged} (mit|und|in) {survivor} (zusammenführen|vereinen|verschmelzen)",
            "(führe|führen sie) {merged} (mit|und|in) {survivor} zusammen",
        ],
    },
    changes=True,
)
async def merge(context: Context, merged: ContactRefArg, survivor: ContactRefArg) -> Reply:
    kept = await merges.merge(context.session, context.actor, merged, survivor, context.now)
    gone = await context.session.get(Contact, merged)
    parts = await contact_card(context, kept)
    return context.reply("contact.merged", *parts, shown=[kept.ref], gone=gone.ref if gone else "?", ref=kept.ref)


@command(
    "contact.keep-apart",
    {
        "en": ["{one} is not {another}", "keep {one} and {another} apart"],
        "de": ["{one} ist nicht {another}", "{one} und {another} sind (zwei|verschieden|nicht dieselben)"],
    },
    changes=True,
)
async def keep_apart(context: Context, one: ContactRefArg, another: ContactRefArg) -> Reply:
    for contact_id in (one, another):
        await contacts.lock_contact(context.session, contact_id)
    await duplicates.keep_apart(context.session, context.actor, one, another, context.now)
    return context.reply("contact.kept-apart", one=f"C-{one}", other=f"C-{another}")


def described(context: Context, pair: Duplicate, contact: Contact) -> str:
    other = pair.second if pair.first.id == contact.id else pair.first
    return f"{_name(other)} ({reasons(context, pair)})"


def reasons(context: Context, pair: Duplicate) -> str:
    return ", ".join(context.say(f"contact.same-{reason}") for reason in pair.reasons)


def pair_choices(context: Context, pairs: list[Duplicate]) -> list[Part]:
    """The younger one goes into the older one."""
    choices = []
    for pair in pairs:
        merged, kept = pair.second.ref, pair.first.ref
        label = context.say("button.merge", merged=merged, ref=kept)
        choices.append(Choice(label, f"merge {merged} into {kept}", record=merged, version=pair.second.version))
        choices.append(Choice(context.say("button.not-the-same"), f"{merged} is not {kept}"))
    return [Choices(choices)] if choices else []


def _name(contact: Contact) -> str:
    return f"{contact.name} ({contact.ref})"
