"""A link that is texted to the caller."""

from __future__ import annotations

from urllib.parse import quote

from sqlalchemy import select
from twilio.twiml.voice_response import VoiceResponse

from crm_core import activity, outbox, phones, references
from crm_core.agents import SYSTEM
from crm_core.company import TextLink
from crm_core.company.support import PLACEHOLDER
from crm_core.contacts import consents
from crm_core.contacts.consents import Channel, Purpose
from crm_core.contacts.numbers import PhoneNumber
from crm_core.outbox import EffectKind
from telephony import asked_number
from telephony.outcome import Ended, GoTo, Outcome
from telephony.turn import Turn
from telephony.voice import Spoken


async def send(turn: Turn, node: TextLink, before: list[Spoken]) -> VoiceResponse | Outcome:
    """Once a call. Who withholds the number, or calls from a landline, is asked for one that takes texts."""
    number = turn.number
    if number is None or not phones.takes_texts(number):
        return asked_number.begin(turn, before)
    if not await _may(turn, number):
        return _on(node.otherwise or node.goto, [*before, turn.say("phone.link-refused")])
    name = turn.state.get("node", turn.home)
    payload = {"to": number, "text": _written(turn, node)}
    key = f"link-{turn.call.id}-{name}"
    address = f"twilio:text-{turn.call.id}"
    await outbox.enqueue(turn.session, EffectKind.SMS, address, payload, turn.now, dedupe_key=key)
    await activity.record(turn.session, SYSTEM, "call.link-sent", "call", turn.call.id, turn.now, {"node": name})
    return _on(node.goto, [*before, turn.say("phone.link-sent")])


def _on(name: str | None, before: list[Spoken]) -> Outcome:
    """Where nothing follows, the call ends."""
    return GoTo(name, before) if name is not None else Ended(before)


async def _may(turn: Turn, number: str) -> bool:
    """Asked of everybody who has the number, and noted with them."""
    owners = await turn.session.scalars(select(PhoneNumber.contact_id).where(PhoneNumber.e164 == number).distinct())
    theirs = sorted(owners.all())
    how = (Channel.SMS, Purpose.SERVICE, turn.now)
    for contact_id in theirs:
        if not await consents.may(turn.session, contact_id, *how, number):
            return False
    for contact_id in theirs:
        source = ("call", turn.call.id)
        await consents.use(turn.session, SYSTEM, contact_id, *how, number=number, source=source)
    return True


def _written(turn: Turn, node: TextLink) -> str:
    contact_id = turn.caller.contact_id
    values = {
        "company.name": turn.company.name,
        "call.ref": turn.call.ref,
        "contact.ref": references.ref("contact", contact_id) if contact_id is not None else "",
    }
    link = PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), node.link)
    return PLACEHOLDER.sub(lambda found: {**values, "link": link}[found[1]], node.text[turn.language])
