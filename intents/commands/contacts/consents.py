"""Consent: show, give, withdraw; do not call."""

from __future__ import annotations

import re

from crm_core import references
from crm_core.contacts import consents, do_not_call
from crm_core.contacts.consents import Channel, Consent, Purpose
from crm_core.message import Message, say
from intents.cards.contacts import contact_card
from intents.commands.contacts.which import name_for, the_contact
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import ConsentChannelArg, ContactArg, PurposeArg, WordingArg

_QUOTES = {"“": "”", "„": "“”", '"': '"', "'": "'", "«": "»", "»": "«", "‘": "’", "‚": "‘"}


@command(
    "consent.show",
    {
        "en": [
            "consent of {contact}",
            "[the] (consent|consents) (of|for|from) {contact}",
            "(what did|what has) {contact} (agree to|agreed to|consent to|consented to)",
            "may we (call|contact|write to) {contact}",
        ],
        "de": [
            "Einwilligung von {contact}",
            "[die] (einwilligung|einwilligungen) [von|für] {contact}",
            "(worin|wozu|in was) hat {contact} eingewilligt",
            "dürfen wir {contact} (anrufen|kontaktieren|anschreiben)",
        ],
    },
)
async def show(context: Context, contact: ContactArg) -> Reply:
    if context.ask.is_public:
        return context.reply("public.ask-privately")
    person = await the_contact(context, contact)
    ref = references.ref("contact", person.id)
    known = await consents.consents_of(context.session, context.actor, person.id)
    blocked = await do_not_call.among(context.session, await do_not_call.numbers_of(context.session, person.id))
    calls = context.say("do-not-call.listed" if blocked else "do-not-call.not-listed")
    if not known:
        return context.reply("consent.none", shown=[ref], name=person.name, ref=ref, calls=calls)
    rows = [_row(context, consent) for consent in known]
    columns = [context.say(label) for label in ("consent.what", "card.state", "card.when", "consent.wording")]
    listed = "; ".join(context.shown_as(_line(consent)) for consent in known)
    return context.reply(
        "consent.shown",
        Table(columns, rows),
        shown=[ref],
        name=person.name,
        ref=ref,
        count=len(known),
        listed=listed,
        calls=calls,
    )


@command(
    "consent.give",
    {
        "en": [
            "{contact} agrees to {purpose} by {channel}",
            "{contact} (agrees|agreed|consents|consented) to {purpose} (by|via|over) {channel} [:] {wording}",
            "{contact} (agrees|agreed|consents|consented) to {purpose} (by|via|over) {channel}",
        ],
        "de": [
            "{contact} willigt in {purpose} per {channel} ein",
            "{contact} willigt in {purpose} (per|über|am) {channel} ein [:] {wording}",
            "{contact} stimmt {purpose} (per|über|am) {channel} zu [:] {wording}",
            "{contact} willigt in {purpose} (per|über|am) {channel} ein",
            "{contact} stimmt {purpose} (per|über|am) {channel} zu",
        ],
    },
    changes=True,
)
async def give(
    context: Context, contact: ContactArg, purpose: PurposeArg, channel: ConsentChannelArg, wording: WordingArg
) -> Reply:
    return await _state(context, contact, purpose, channel, wording, is_given=True)


@command(
    "consent.withdraw",
    {
        "en": [
            "withdraw {purpose} by {channel} for {contact}",
            "{contact} (withdraws|withdrew|objects to|revokes) {purpose} (by|via|over) {channel} [:] {wording}",
            "{contact} (withdraws|withdrew|objects to|revokes) {purpose} (by|via|over) {channel}",
            "(withdraw|revoke) [consent to] {purpose} (by|via|over) {channel} (for|of) {contact} : {wording}",
            "(withdraw|revoke) [consent to] {purpose} (by|via|over) {channel} (for|of) {contact}",
        ],
        "de": [
            "{contact} widerruft {purpose} per {channel}",
            "{contact} (widerruft|widerspricht) {purpose} (per|über|am) {channel} [:] {wording}",
            "{contact} (widerruft|widerspricht) {purpose} (per|über|am) {channel}",
            "widerruf {purpose} (per|über|am) {channel} (für|von) {contact}",
        ],
    },
    changes=True,
)
async def withdraw(
    context: Context,
    contact: ContactArg,
    purpose: PurposeArg,
    channel: ConsentChannelArg,
    wording: WordingArg | None = None,
) -> Reply:
    return await _state(context, contact, purpose, channel, wording or "", is_given=False)


@command(
    "contact.refuse-calls",
    {
        "en": [
            "do not call {contact}",
            "(do not call|don't call|never call|no calls to) {contact} [again|any more|anymore]",
            "{contact} (must not be called|does not want to be called|wants no calls) [again|any more|anymore]",
        ],
        "de": [
            "{contact} nicht anrufen",
            "{contact} (nicht mehr anrufen|nie wieder anrufen|darf nicht angerufen werden|will nicht angerufen werden)",
            "keine anrufe [mehr] (an|bei) {contact}",
            "(rufen sie|ruf) {contact} nicht [mehr] an",
        ],
    },
    changes=True,
)
async def refuse_calls(context: Context, contact: ContactArg) -> Reply:
    person = await the_contact(context, contact)
    added = await do_not_call.refuse_calls(context.session, context.actor, person.id, context.now)
    ref = references.ref("contact", person.id)
    name = name_for(context, person)
    if added:
        return context.reply("do-not-call.noted", *await contact_card(context, person), shown=[ref], name=name, ref=ref)
    return context.reply("do-not-call.was-noted", shown=[ref], name=name, ref=ref)


@command(
    "contact.allow-calls",
    {
        "en": ["calls to {contact} are fine again", "{contact} may be called [again]", "allow calls to {contact}"],
        "de": [
            "{contact} darf wieder angerufen werden",
            "{contact} darf angerufen werden",
            "anrufe (an|bei) {contact} (erlauben|zulassen)",
        ],
    },
    changes=True,
)
async def allow_calls(context: Context, contact: ContactArg) -> Reply:
    person = await the_contact(context, contact)
    freed = await do_not_call.allow_calls(context.session, context.actor, person.id, context.now)
    ref = references.ref("contact", person.id)
    name = name_for(context, person)
    if freed:
        return context.reply(
            "do-not-call.lifted", *await contact_card(context, person), shown=[ref], name=name, ref=ref
        )
    return context.reply("do-not-call.was-not", shown=[ref], name=name, ref=ref)


async def _state(
    context: Context, contact: str, purpose: Purpose, channel: Channel, wording: str, *, is_given: bool
) -> Reply:
    person = await the_contact(context, contact)
    source = ("call", context.ask.call_id) if context.ask.call_id is not None else None
    said = await consents.state(
        context.session,
        context.actor,
        person.id,
        channel,
        purpose,
        context.now,
        is_given=is_given,
        wording=_verbatim(context, wording),
        source=source,
    )
    values = {
        "name": name_for(context, person),
        "ref": references.ref("contact", person.id),
        "purpose": context.say(f"consent.purpose-{purpose}"),
        "channel": context.say(f"consent.channel-{channel}"),
        "evidence": references.ref("consent", said.id),
    }
    id = "consent.given" if is_given else "consent.withdrawn"
    return context.reply(id, *await contact_card(context, person), shown=[values["ref"]], **values)


def _verbatim(context: Context, wording: str) -> str:
    """As it was typed: the grammar has folded blanks and dropped what ends a sentence."""
    if not wording:
        return ""
    typed = re.search(r"\s+".join(map(re.escape, wording.split())), context.ask.text)
    text = (context.ask.text[typed.start() :] if typed else wording).strip()
    quoted = text.rstrip(".")
    if len(quoted) > 1 and quoted[-1] in _QUOTES.get(quoted[0], ""):
        return quoted[1:-1]
    return text


def _row(context: Context, consent: Consent) -> list[str]:
    what = context.shown_as(_what(consent))
    state = context.say("consent.is-given" if consent.is_given else "consent.is-withdrawn")
    return [what, state, context.shown_as(consent.created_at), consent.wording]


def _line(consent: Consent) -> Message:
    id = "consent.line-given" if consent.is_given else "consent.line-withdrawn"
    return say(id, what=_what(consent), when=consent.created_at, wording=consent.wording, name=consent.noted_by)


def _what(consent: Consent) -> Message:
    purpose = say(f"consent.purpose-{consent.purpose}")
    return say("consent.purpose-by-channel", purpose=purpose, channel=say(f"consent.channel-{consent.channel}"))
