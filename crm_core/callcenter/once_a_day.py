"""Texts that nobody writes by hand: each kind goes to a number once a day at most, and to nobody who refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import digests, phones
from crm_core.agents import SYSTEM
from crm_core.callcenter import callers
from crm_core.callcenter.calls import Call
from crm_core.company import company_of
from crm_core.contacts import consents, refused_texts, texts
from crm_core.contacts.consents import Channel, Purpose


async def text_caller(
    session: AsyncSession, call: Call, kind: str, written: Mapping[str, str], now: datetime, purpose: Purpose
) -> bool:
    """Whether it is sent, in the language of the call if it is written in it."""
    number = call.from_number
    if number is None or not written or not phones.takes_texts(number):
        return False
    key = await _key(session, kind, number, now)
    if await texts.was_sent(session, key) or not await _may(session, call.contact_id, purpose, number, now):
        return False
    text = written.get(await callers.language_of(session, call)) or next(iter(written.values()))
    await texts.send(
        session,
        SYSTEM,
        number,
        text,
        now,
        contact_id=call.contact_id,
        purpose=purpose,
        source=("call", call.id),
        key=key,
    )
    return True


async def _may(session: AsyncSession, contact_id: int | None, purpose: Purpose, number: str, now: datetime) -> bool:
    if contact_id is None:
        return not await refused_texts.any_refused(session, [number])
    return await consents.may(session, contact_id, Channel.SMS, purpose, now, number)


async def _key(session: AsyncSession, kind: str, number: str, now: datetime) -> str:
    """Without the number in plain digits: what erases a person looks for those in messages, not here."""
    day = now.astimezone(company_of(session).zone).date()
    return f"{kind}:{day}:{(await digests.new_digests(session, [number]))[number]}"
