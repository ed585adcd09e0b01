"""An SMS to who gave up waiting: where the house wants it, they may be texted, and nobody has talked to them since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, digests, outbox, phones
from crm_core.agents import SYSTEM
from crm_core.callcenter import cut_off, missed
from crm_core.callcenter.calls import Call
from crm_core.callcenter.states import CallState
from crm_core.company import company_of
from crm_core.contacts import consents, texts
from crm_core.contacts.consents import Channel, Purpose
from crm_core.contacts.contacts import Contact
from crm_core.outbox import EffectKind

TIMER = "call.text-missed"
# Many call again at once; who was cut off has longer for it.
AFTER = timedelta(minutes=2)


async def plan(session: AsyncSession, call: Call, now: datetime) -> None:
    if call.state == CallState.ABANDONED and company_of(session).callcenter.missed_sms:
        payload, key = {"verb": TIMER, "call": call.id}, f"{TIMER}:{call.id}"
        due = now + max(AFTER, cut_off.within(session))
        await outbox.enqueue(session, EffectKind.TIMER, f"timer:{key}", payload, now, due_at=due, dedupe_key=key)


async def on_due(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """At most one a day and number."""
    written = company_of(session).callcenter.missed_sms
    call = await missed.still_missed(session, payload["call"])
    if call is None or call.from_number is None or not written or not phones.takes_texts(call.from_number):
        return
    key = await _key(session, call.from_number, now)
    if await texts.was_sent(session, key):
        return
    if not await _may(session, call.contact_id, call.from_number, now):
        return
    text = written.get(await _language(session, call)) or next(iter(written.values()))
    await texts.send(
        session,
        SYSTEM,
        call.from_number,
        text,
        now,
        contact_id=call.contact_id,
        source=("call", call.id),
        key=key,
    )
    await activity.record(session, SYSTEM, "call.missed-texted", "call", call.id, now)


async def _may(session: AsyncSession, contact_id: int | None, number: str, now: datetime) -> bool:
    return contact_id is None or await consents.may(session, contact_id, Channel.SMS, Purpose.SERVICE, now, number)


async def _language(session: AsyncSession, call: Call) -> str:
    """That of the call, else the one they are known by, else the house's own."""
    contact = await session.get(Contact, call.contact_id) if call.contact_id is not None else None
    known = call.language or call.ivr.get("language") or (contact.language if contact is not None else None)
    return known or company_of(session).language


async def _key(session: AsyncSession, number: str, now: datetime) -> str:
    """Without the number in plain digits: what erases a person looks for those in messages, not here."""
    day = now.astimezone(company_of(session).zone).date()
    return f"missed-sms:{day}:{(await digests.new_digests(session, [number]))[number]}"
