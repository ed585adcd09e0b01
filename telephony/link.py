"""A link that is texted to the caller."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from sqlalchemy import select
from twilio.twiml.voice_response import VoiceResponse

from crm_core import activity, phones, references
from crm_core.agents import SYSTEM
from crm_core.company import TextLink
from crm_core.company.support import PLACEHOLDER
from crm_core.contacts import consents, refused_texts, texts
from crm_core.contacts.consents import Channel, Purpose
from crm_core.contacts.numbers import PhoneNumber
from telephony import asked_number
from telephony.outcome import Ended, GoTo, Outcome
from telephony.turn import Turn
from telephony.voice import Spoken


async def send(turn: Turn, node: TextLink, before: list[Spoken]) -> VoiceResponse | Outcome:
    """Once a call. Who withholds the number, or calls from a landline, is asked for one that takes texts."""
    number = turn.number
    if number is None or not phones.takes_texts(number):
        return asked_number.begin(turn, before)
    theirs = await _owners(turn, number)
    if not await _may(turn, theirs, number):
        return _on(node.otherwise or node.goto, [*before, turn.say("phone.link-refused")])
    name = turn.state.get("node", turn.home)
    key = f"link-{turn.call.id}-{name}"
    if not await texts.was_sent(turn.session, key):
        await _send(turn, theirs, number, _written(turn, node), key)
        await activity.record(turn.session, SYSTEM, "call.link-sent", "call", turn.call.id, turn.now, {"node": name})
    return _on(node.goto, [*before, turn.say("phone.link-sent")])


async def _send(turn: Turn, theirs: Sequence[int], number: str, text: str, key: str) -> None:
    """Into the thread of whose number it is: the caller's, or the only one's; noted with everybody who has it."""
    source = ("call", turn.call.id)
    owner = turn.caller.contact_id if turn.caller.contact_id in theirs else None
    if len(theirs) == 1:
        owner = theirs[0]
    for contact_id in theirs:
        if contact_id != owner:
            how = (Channel.SMS, Purpose.SERVICE, turn.now)
            await consents.use(turn.session, SYSTEM, contact_id, *how, number=number, source=source)
    await texts.send(turn.session, SYSTEM, number, text, turn.now, contact_id=owner, source=source, key=key)


def _on(name: str | None, before: list[Spoken]) -> Outcome:
    """Where nothing follows, the call ends."""
    return GoTo(name, before) if name is not None else Ended(before)


async def _owners(turn: Turn, number: str) -> Sequence[int]:
    owners = await turn.session.scalars(select(PhoneNumber.contact_id).where(PhoneNumber.e164 == number).distinct())
    return sorted(owners.all())


async def _may(turn: Turn, theirs: Sequence[int], number: str) -> bool:
    """Asked of everybody who has the number, known by name or not."""
    if await refused_texts.any_refused(turn.session, [number]):
        return False
    for contact_id in theirs:
        if not await consents.may(turn.session, contact_id, Channel.SMS, Purpose.SERVICE, turn.now, number):
            return False
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
